/* The life of one region in a session of ONNX Runtime. */
#ifndef IOPT_ORT_REGION_H
#define IOPT_ORT_REGION_H

#include "ort-api.h"

OrtStatus *iopt_region_create(const iopt_ort_op *op, const iopt_ort_api *api, const OrtKernelInfo *info, void **kernel);
OrtStatus *iopt_region_compute(void *kernel, OrtKernelContext *context);
void iopt_region_destroy(void *kernel);

#endif
