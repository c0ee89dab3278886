#!/usr/bin/env bash
# One gate of a release: makes the optimized model, and fails where it is not faster, or less accurate or larger than may be.
# With BASELINE, the model shipped last, it fails where the result is slower or less accurate than that.
# MODE=measure times the forms on this machine; MODE=reproduce rebuilds the bytes of the committed records, untimed.
set -euo pipefail

: "${MODEL:?the ONNX model}"
: "${OUTPUT:=build}"
: "${MODE:=measure}"

case "$MODE" in
  measure | reproduce) ;;
  *)
    echo "MODE is measure or reproduce, not $MODE" >&2
    exit 2
    ;;
esac

# INFER_OPT names another way to start the tool, in one or more words. Nothing is downloaded: the tool is what the
# project's lock file says.
read -r -a tool <<<"${INFER_OPT:-npx --no-install infer-opt}"

# Options that both commands below have.
judged=()
# Options of the compile alone. In MODE=reproduce they are those of the run that made the records: a proof is filed under them.
compiled=(-o "$OUTPUT" --fail-if-slower --junit "$OUTPUT/infer-opt.xml")
if [ -n "${CALIB_DATA:-}" ]; then judged+=(--calib-data "$CALIB_DATA"); fi
if [ -n "${EVAL_DATA:-}" ]; then judged+=(--eval-data "$EVAL_DATA"); fi
if [ -n "${PREPROCESS:-}" ]; then judged+=(--preprocess "$PREPROCESS"); fi
if [ -n "${MAX_DROP:-}" ]; then judged+=(--max-drop "$MAX_DROP"); fi
if [ -n "${CONFIG:-}" ]; then compiled+=(--config "$CONFIG"); fi
if [ -n "${TARGET:-}" ]; then compiled+=(--target "$TARGET"); fi
if [ -n "${TUNE:-}" ]; then compiled+=(--tune "$TUNE"); fi
if [ -n "${MAX_SIZE:-}" ]; then compiled+=(--max-size "$MAX_SIZE"); fi
if [ -n "${RECORDS:-}" ]; then compiled+=(--records "$RECORDS"); fi
if [ -n "${CALIB:-}" ]; then compiled+=(--calib "$CALIB"); fi
summary=()
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then summary=(--job-summary "$GITHUB_STEP_SUMMARY"); fi
if [ "$MODE" = reproduce ]; then
  compiled+=(--reproducible)
elif [ -n "${BASELINE:-}" ]; then
  compiled+=(--baseline "$BASELINE")
fi

mkdir -p "$OUTPUT"
# Lists that may be empty are written so for bash 3, which macOS has.
"${tool[@]}" optimize "${compiled[@]}" ${judged[@]+"${judged[@]}"} ${summary[@]+"${summary[@]}"} -- "$MODEL"

# A run that measures nothing cannot be held against another model; its result can, on accuracy and interface.
if [ "$MODE" = reproduce ] && [ -n "${BASELINE:-}" ]; then
  name=$(basename "$MODEL" .onnx)
  "${tool[@]}" compare "$OUTPUT/$name.opt.onnx" --baseline "$BASELINE" --tune off --junit "$OUTPUT/baseline.xml" \
    ${judged[@]+"${judged[@]}"} ${summary[@]+"${summary[@]}"}
fi
