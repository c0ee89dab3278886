/* The life of one region in a session of ONNX Runtime. */
#ifndef IOPT_ORT_REGION_H
#define IOPT_ORT_REGION_H

#include "ort-api.h"

/* How a session makes a region; `alone` for runtimes that do not lend their threads (before 1.17). */
OrtStatus *iopt_region_create(const iopt_ort_op *op, const iopt_ort_api *api, const OrtKernelInfo *info, void **kernel);
OrtStatus *iopt_region_create_alone(const iopt_ort_op *op, const iopt_ort_api *api, const OrtKernelInfo *info,
                                    void **kernel);
OrtStatus *iopt_region_compute(void *kernel, OrtKernelContext *context);
void iopt_region_destroy(void *kernel);

#endif
