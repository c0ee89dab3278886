/* Compiled regions as custom ops of ONNX Runtime. */
#ifndef IOPT_ORT_H
#define IOPT_ORT_H

#include "infer-opt.h"
#include "ort-api.h"

/*
 * The entry that ONNX Runtime looks up in a library of custom ops. Registers Region_<level>_0..31 for every level this
 * CPU has, and nothing where code cannot be executed or INFER_OPT_NATIVE is 0.
 */
INFER_OPT_API OrtStatus *RegisterCustomOps(OrtSessionOptions *options, const iopt_ort_api_base *base);

#endif
