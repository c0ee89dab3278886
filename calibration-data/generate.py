#!/usr/bin/env python3
"""Renders the `characters` data set: 36 classes (0-9, A-Z), 32x32 RGB.

A development tool; infer-opt never runs it. It needs Python >= 3.10, numpy,
Pillow, and these Debian 12 packages (the fonts themselves are not committed):

    apt-get install --no-install-recommends fonts-dejavu fonts-liberation \\
      fonts-freefont-ttf fonts-lato fonts-open-sans fonts-roboto-unhinted \\
      fonts-cantarell fonts-comfortaa fonts-inconsolata fonts-hack \\
      fonts-firacode fonts-cabin fonts-quicksand fonts-linuxlibertine \\
      fonts-croscore fonts-jetbrains-mono fonts-crosextra-carlito \\
      fonts-crosextra-caladea fonts-junicode fonts-ebgaramond fonts-vollkorn \\
      fonts-lobstertwo fonts-mononoki fonts-courier-prime fonts-dosis \\
      fonts-national-park fonts-sil-andika fonts-tuffy \\
      fonts-yanone-kaffeesatz fonts-bebas-neue fonts-paratype \\
      fonts-quattrocento fonts-cmu

Write the committed splits:      python generate.py
Check them against the manifest: python generate.py --verify   (no fonts needed)

Every image has a random stream of its own, seeded by (seed, split, class,
index), so an image does not depend on how many others are made or in which
order, and processes can share the work without changing a pixel.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing import Pool
from pathlib import Path

import numpy as np
import PIL
from PIL import Image, ImageDraw, ImageFilter, ImageFont

VERSION = 1
SEED = 20250
CLASSES = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
SIZE = 32
# Shapes are drawn larger and reduced, so that edges are smooth at any angle.
OVERSAMPLE = 3
# How many images of each class the committed splits hold.
COMMITTED = {"calibration": 10, "evaluation": 40}
SPLIT_IDS = {"train": 0, "calibration": 1, "evaluation": 2}
PREPROCESS = "scale=0.00392156862745098,mean=0.5,std=0.5,layout=nchw,order=rgb"

HERE = Path(__file__).resolve().parent
DATA = HERE / "characters"
FONT_ROOT = Path("/usr/share/fonts")

# The evaluation families appear in no other split: the accuracy then says how a
# network does on typefaces it has never seen. Metric-compatible twins (Arimo and
# Liberation Sans, Carlito and Lato) stay on the same side for the same reason.
LEARN_FONTS = (
    "truetype/dejavu/*.ttf",
    "truetype/liberation/*.ttf",
    "truetype/freefont/*.ttf",
    "truetype/lato/*.ttf",
    "truetype/crosextra/Carlito-*.ttf",
    "truetype/croscore/*.ttf",
    "truetype/open-sans/*.ttf",
    "truetype/hack/*.ttf",
    "truetype/firacode/*.ttf",
    "truetype/inconsolata/*.otf",
    "truetype/jetbrains-mono/*.ttf",
    "truetype/comfortaa/*.ttf",
    "truetype/andika/*.ttf",
    "truetype/cmu/*.ttf",
    "truetype/vollkorn/*.ttf",
    "opentype/cantarell/*.otf",
    "opentype/dosis/*.otf",
    "opentype/ebgaramond/*.otf",
    "opentype/junicode/*.otf",
    "opentype/linux-libertine/*.otf",
    "opentype/lobster*/*.otf",
    "opentype/national-park/*.otf",
    "opentype/yanone-kaffeesatz/*.otf",
)
EVALUATION_FONTS = (
    "truetype/crosextra/Caladea-*.ttf",
    "truetype/mononoki/*.ttf",
    "truetype/paratype/*.ttf",
    "truetype/quicksand/*.ttf",
    "truetype/roboto/unhinted/**/*.ttf",
    "truetype/tuffy/*.ttf",
    "opentype/bebas-neue/*.otf",
    "opentype/cabin/*.otf",
    "opentype/courier-prime/*.otf",
    "opentype/quattrocento/*.otf",
)
FONTS = {
    "train": LEARN_FONTS,
    "calibration": LEARN_FONTS,
    "evaluation": EVALUATION_FONTS,
}
# Faces whose strokes vanish at 32 pixels, or that draw letters as key caps or outlines.
UNUSABLE = ("Hairline", "Thin", "ExtraLight", "Outline", "LinBiolinum_K", "LinLibertine_I.")


@dataclass(frozen=True)
class Difficulty:
    """Ranges the renderer draws from; tuned so that small networks do not saturate."""

    em: tuple[float, float] = (15.0, 31.0)  # font size in output pixels
    rotation: float = 24.0  # degrees either way
    shear: float = 0.22
    shift: float = 3.0  # pixels either way
    contrast: tuple[float, float] = (38.0, 150.0)  # luminance between ink and paper
    neighbour: float = 0.55  # chance of a cut-off character on each side
    shapes: int = 3  # most shapes behind the character
    strike: float = 0.25  # chance of a thin line across the character
    blur: tuple[float, float] = (0.0, 1.15)  # Gaussian radius in output pixels
    noise: tuple[float, float] = (0.0, 22.0)  # standard deviation, 0..255


DIFFICULTY = Difficulty()


@lru_cache(maxsize=None)
def families(split: str) -> tuple[tuple[str, ...], ...]:
    """The usable font files of a split, grouped by family pattern."""
    groups = []
    for pattern in FONTS[split]:
        faces = sorted(str(p.relative_to(FONT_ROOT)) for p in FONT_ROOT.glob(pattern))
        faces = [f for f in faces if not any(word in f for word in UNUSABLE)]
        if not faces:
            raise SystemExit(f"no font matches {pattern}: install the packages named in {__file__}")
        groups.append(tuple(faces))
    return tuple(groups)


# Bounded, because every open face holds a file handle.
@lru_cache(maxsize=256)
def load_font(face: str, size: int) -> ImageFont.FreeTypeFont:
    """One face at one size; basic layout, so the result does not depend on libraqm."""
    return ImageFont.truetype(str(FONT_ROOT / face), size, layout_engine=ImageFont.Layout.BASIC)


def luminance(colour: np.ndarray) -> float:
    """Rec. 601 luma of an RGB triple."""
    return float(colour @ (0.299, 0.587, 0.114))


def draw_ink(rng: np.random.Generator, label: str, split: str, d: Difficulty) -> Image.Image:
    """The character (and perhaps cut-off neighbours) as a coverage mask, 32x32."""
    groups = families(split)
    group = groups[rng.integers(len(groups))]
    face = group[rng.integers(len(group))]
    # Whole even sizes keep the font cache useful.
    em = 2 * round(rng.uniform(*d.em) * OVERSAMPLE / 2)
    font = load_font(face, em)
    side = SIZE * OVERSAMPLE
    mask = Image.new("L", (side, side), 0)
    draw = ImageDraw.Draw(mask)
    left, top, right, bottom = draw.textbbox((0, 0), label, font=font, anchor="ls")
    x, y = (side - left - right) / 2, (side - top - bottom) / 2
    draw.text((x, y), label, fill=255, font=font, anchor="ls")
    gap = em * rng.uniform(0.08, 0.3)
    for direction in (-1, 1):
        if rng.random() < d.neighbour:
            other = CLASSES[rng.integers(len(CLASSES))]
            l, _, r, _ = draw.textbbox((0, 0), other, font=font, anchor="ls")
            at = x + right + gap - l if direction > 0 else x + left - gap - r
            draw.text((at, y), other, fill=255, font=font, anchor="ls")
    angle = np.deg2rad(rng.uniform(-d.rotation, d.rotation))
    shear = rng.uniform(-d.shear, d.shear)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    matrix = turn @ np.array([[1.0, shear], [0.0, 1.0]])
    shift = rng.uniform(-d.shift, d.shift, 2) * OVERSAMPLE
    centre = np.full(2, side / 2)
    offset = centre - matrix @ (centre + shift)
    coefficients = (*matrix[0], offset[0], *matrix[1], offset[1])
    mask = mask.transform((side, side), Image.Transform.AFFINE, coefficients, Image.Resampling.BILINEAR)
    return mask.resize((SIZE, SIZE), Image.Resampling.BOX)


def draw_paper(rng: np.random.Generator, colour: np.ndarray, d: Difficulty) -> Image.Image:
    """A background: a slope and slow blotches around `colour`, with shapes on top."""
    ys, xs = np.mgrid[-1 : 1 : SIZE * 1j, -1 : 1 : SIZE * 1j]
    direction = rng.uniform(0, 2 * np.pi)
    slope = np.cos(direction) * xs + np.sin(direction) * ys
    paper = colour + slope[..., None] * rng.normal(0, 14, 3)
    blotches = Image.fromarray(rng.normal(0, 14, (5, 5)).astype(np.float32))
    paper += np.asarray(blotches.resize((SIZE, SIZE), Image.Resampling.BICUBIC))[..., None]
    image = Image.fromarray(np.clip(paper, 0, 255).astype(np.uint8))
    big = image.resize((SIZE * OVERSAMPLE,) * 2, Image.Resampling.NEAREST)
    draw = ImageDraw.Draw(big)
    for _ in range(rng.integers(d.shapes + 1)):
        fill = tuple(int(v) for v in np.clip(colour + rng.normal(0, 38, 3), 0, 255))
        x0, y0, x1, y1 = (int(v) for v in rng.uniform(-0.2, 1.2, 4) * SIZE * OVERSAMPLE)
        kind = rng.integers(3)
        if kind == 0:
            draw.line((x0, y0, x1, y1), fill=fill, width=int(rng.integers(2, 10)))
        else:
            box = (min(x0, x1), min(y0, y1), max(x0, x1), max(y0, y1))
            (draw.rectangle if kind == 1 else draw.ellipse)(box, fill=fill)
    return big.resize((SIZE, SIZE), Image.Resampling.BOX)


def pick_colours(rng: np.random.Generator, d: Difficulty) -> tuple[np.ndarray, np.ndarray]:
    """A paper and an ink colour whose luminance differs by a drawn contrast."""
    contrast = rng.uniform(*d.contrast)
    paper = rng.uniform(20, 235, 3)
    room_up, room_down = 255 - luminance(paper), luminance(paper)
    up = rng.random() < room_up / 255
    contrast = min(contrast, 0.95 * (room_up if up else room_down))
    target = luminance(paper) + (contrast if up else -contrast)
    ink = rng.uniform(0, 255, 3)
    for _ in range(4):  # clipping moves the luminance, so approach the target in steps
        ink = np.clip(ink + target - luminance(ink), 0, 255)
    return paper, ink


def render(split: str, label_index: int, index: int, seed: int = SEED, d: Difficulty = DIFFICULTY) -> np.ndarray:
    """One image as uint8 [32, 32, 3]."""
    rng = np.random.default_rng([seed, SPLIT_IDS[split], label_index, index])
    paper_colour, ink_colour = pick_colours(rng, d)
    ink = np.asarray(draw_ink(rng, CLASSES[label_index], split, d), np.float32)[..., None] / 255
    paper = np.asarray(draw_paper(rng, paper_colour, d), np.float32)
    image = Image.fromarray((paper * (1 - ink) + ink_colour * ink + 0.5).astype(np.uint8))
    if rng.random() < d.strike:
        fill = tuple(int(v) for v in rng.uniform(0, 255, 3))
        ends = tuple(float(v) for v in rng.uniform(0, SIZE, 4))
        ImageDraw.Draw(image).line(ends, fill=fill, width=1)
    image = image.filter(ImageFilter.GaussianBlur(rng.uniform(*d.blur)))
    noisy = np.asarray(image, np.float32) + rng.normal(0, rng.uniform(*d.noise), (SIZE, SIZE, 3))
    # 32 levels per channel: noise is what PNG cannot compress, and this halves the files.
    return (np.clip(noisy, 0, 255).astype(np.uint8) & 0xF8) | 0x04


def _render_class(job: tuple[str, int, int, int]) -> np.ndarray:
    """All images of one class; a pool's unit of work."""
    split, label_index, count, seed = job
    return np.stack([render(split, label_index, i, seed) for i in range(count)])


def make_split(split: str, per_class: int, seed: int = SEED, processes: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """A split in memory: images uint8 [n, 32, 32, 3] and labels int64 [n], class by class."""
    families(split)  # reports a missing font here, not from inside a pool
    jobs = [(split, c, per_class, seed) for c in range(len(CLASSES))]
    with Pool(processes) as pool:
        images = np.concatenate(pool.map(_render_class, jobs, chunksize=1))
    return images, np.repeat(np.arange(len(CLASSES)), per_class)


def load_split(split: str, data: Path = DATA) -> tuple[np.ndarray, np.ndarray]:
    """A committed split read back from its PNG files, in path order."""
    files = sorted((data / split).glob("*/*.png"))
    images = np.stack([np.asarray(Image.open(f).convert("RGB")) for f in files])
    return images, np.array([CLASSES.index(f.parent.name) for f in files])


def hash_tree(folder: Path) -> str:
    """sha256 over the lines `<sha256 of file>  <path in folder>\\n`, sorted by path."""
    digest = hashlib.sha256()
    for path in sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*.png")):
        file_hash = hashlib.sha256((folder / path).read_bytes()).hexdigest()
        digest.update(f"{file_hash}  {path}\n".encode())
    return digest.hexdigest()


def hash_fonts(split: str) -> str:
    """sha256 over every font file of a split: other font versions give other pixels."""
    digest = hashlib.sha256()
    for face in sorted({face for group in families(split) for face in group}):
        digest.update(f"{hashlib.sha256((FONT_ROOT / face).read_bytes()).hexdigest()}  {face}\n".encode())
    return digest.hexdigest()


def write_committed() -> None:
    """Writes the calibration and evaluation PNGs and the manifest."""
    splits = {}
    for split, per_class in COMMITTED.items():
        folder = DATA / split
        shutil.rmtree(folder, ignore_errors=True)
        images, labels = make_split(split, per_class)
        for i, (image, label) in enumerate(zip(images, labels)):
            path = folder / CLASSES[label] / f"{i % per_class:03d}.png"
            path.parent.mkdir(parents=True, exist_ok=True)
            Image.fromarray(image).save(path, optimize=True)
        splits[split] = {
            "path": split,
            "images": len(images),
            "imagesPerClass": per_class,
            "bytes": sum(p.stat().st_size for p in folder.rglob("*.png")),
            "treeSha256": hash_tree(folder),
            "fontFamilies": len(families(split)),
            "fontFiles": len({face for group in families(split) for face in group}),
            "fontsSha256": hash_fonts(split),
        }
    manifest = {
        "name": "characters",
        "license": "Apache-2.0",
        "generator": {
            "file": "generate.py",
            "version": VERSION,
            "seed": SEED,
            "pillow": PIL.__version__,
            "numpy": np.__version__,
        },
        "image": {"width": SIZE, "height": SIZE, "channels": "RGB", "format": "png"},
        "classes": list(CLASSES),
        "classIndex": "position in `classes`, which is also the alphabetical order of the folders",
        "preprocess": PREPROCESS,
        "treeHash": "sha256 over the lines `<sha256 of file>  <path in split>\\n`, sorted by path",
        "splits": splits,
    }
    (DATA / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def verify() -> None:
    """Fails when a committed split differs from what the manifest records."""
    manifest = json.loads((DATA / "manifest.json").read_text())
    for split, entry in manifest["splits"].items():
        if hash_tree(DATA / split) != entry["treeSha256"]:
            raise SystemExit(f"{split}: the files differ from the manifest")
        print(f"{split}: {entry['images']} images, as recorded")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Writes or checks the characters data set.")
    parser.add_argument("--verify", action="store_true", help="check the files, write nothing")
    verify() if parser.parse_args().verify else write_committed()
