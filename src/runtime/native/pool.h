/* The library's own threads, for runs outside ONNX Runtime. */
#ifndef IOPT_POOL_H
#define IOPT_POOL_H

#include "run.h"

/* Threads shared by all programs of the process. A run that finds them busy is done by its caller alone. */
extern const iopt_threads iopt_pool_threads;

#endif
