#!/usr/bin/env bash
# One gate of a release: makes the optimized model, and fails where it is slower, less accurate or larger than may be.
# MODE=measure times the forms on this machine; MODE=reproduce rebuilds the bytes of the committed records, untimed.
set -euo pipefail

: "${MODEL:?the ONNX model}"
: "${OUTPUT:=build}"
: "${MODE:=measure}"
: "${TARGET:=onnxruntime}"

mkdir -p "$OUTPUT"
args=(optimize "$MODEL" -o "$OUTPUT" --target "$TARGET" --tune "${TUNE:-default}" --fail-if-slower
  --junit "$OUTPUT/infer-opt.xml")
if [ -n "${CALIB_DATA:-}" ]; then args+=(--calib-data "$CALIB_DATA"); fi
if [ -n "${EVAL_DATA:-}" ]; then args+=(--eval-data "$EVAL_DATA"); fi
if [ -n "${PREPROCESS:-}" ]; then args+=(--preprocess "$PREPROCESS"); fi
if [ -n "${MAX_DROP:-}" ]; then args+=(--max-drop "$MAX_DROP"); fi
if [ -n "${MAX_SIZE:-}" ]; then args+=(--max-size "$MAX_SIZE"); fi
if [ -n "${RECORDS:-}" ]; then args+=(--records "$RECORDS"); fi
if [ -n "${CALIB:-}" ]; then args+=(--calib "$CALIB"); fi
if [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then args+=(--job-summary "$GITHUB_STEP_SUMMARY"); fi
case "$MODE" in
  measure) ;;
  # The same options as when the records were made: they are part of what a proof is filed under.
  reproduce) args+=(--reproducible) ;;
  *) echo "MODE is measure or reproduce, not $MODE" >&2; exit 2 ;;
esac

# INFER_OPT names another way to start the tool, in one or more words.
read -r -a tool <<<"${INFER_OPT:-npx infer-opt}"
exec "${tool[@]}" "${args[@]}"
