#ifndef PORTICO_CARGON2_SHIM_H
#define PORTICO_CARGON2_SHIM_H

#include <argon2.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/prctl.h>

struct portico_block {
    uint8_t *start;
    size_t bytes;
};

// libargon2's allocation callbacks carry no context, so the block lent to a computation is kept here for the thread that runs
// it. With `threads = 1` libargon2 allocates and frees on the calling thread only. Static inside a function, because Swift
// emits the functions of a header that it uses, but not its variables.
static struct portico_block *portico_lent_block(void) {
    static _Thread_local struct portico_block lent;
    return &lent;
}

// libargon2 looks at the pointer, not at the returned value: a null pointer is its allocation failure.
static int portico_lend_block(uint8_t **memory, size_t bytes) {
    struct portico_block *lent = portico_lent_block();
    *memory = bytes <= lent->bytes ? lent->start : NULL;
    return ARGON2_OK;
}

static void portico_take_back_block(uint8_t *memory, size_t bytes) {
    (void)memory;
    (void)bytes;
}

// Argon2id in a block that the caller keeps. libargon2 overwrites with zeros what it used of the block before it returns.
static inline int portico_argon2id_in_block(argon2_context *context, uint8_t *block, size_t bytes) {
    *portico_lent_block() = (struct portico_block){block, bytes};
    context->allocate_cbk = portico_lend_block;
    context->free_cbk = portico_take_back_block;
    context->threads = 1;
    int result = argon2id_ctx(context);
    *portico_lent_block() = (struct portico_block){NULL, 0};
    return result;
}

// Names the calling thread (at most 15 characters), for tools that list threads. prctl is variadic: Swift cannot call it.
static inline void portico_name_thread(const char *name) { prctl(PR_SET_NAME, name); }

#endif
