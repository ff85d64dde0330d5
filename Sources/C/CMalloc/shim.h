#ifndef PORTICO_CMALLOC_SHIM_H
#define PORTICO_CMALLOC_SHIM_H

#include <stdlib.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

/* Gives free memory of every arena back to the system. Only glibc keeps it, and only glibc has the call. */
static inline void portico_give_back_free_memory(void)
{
#ifdef __GLIBC__
    malloc_trim(0);
#endif
}

#endif
