#ifndef PORTICO_CCLOCK_SHIM_H
#define PORTICO_CCLOCK_SHIM_H

#ifdef __linux__
#include <sys/timex.h>
#endif

/* Whether the kernel's clock is kept right by a time service: 1, 0, or -1 where the system does not say. Swift does not see the call. */
static inline int portico_clock_is_synchronised(void)
{
#ifdef __linux__
    struct timex clock = {0};
    if (adjtimex(&clock) < 0) return -1;
    return (clock.status & STA_UNSYNC) == 0;
#else
    return -1;
#endif
}

#endif
