#ifndef PORTICO_CPOSTGRES_SHIM_H
#define PORTICO_CPOSTGRES_SHIM_H

#include <libpq-fe.h>

// libpq writes the server's notices to standard error unless told where else; nothing of ours reads them.
static void portico_drop_notice(void *context, const PGresult *notice) {
    (void)context;
    (void)notice;
}

static inline void portico_drop_notices(PGconn *connection) { PQsetNoticeReceiver(connection, portico_drop_notice, NULL); }

#endif
