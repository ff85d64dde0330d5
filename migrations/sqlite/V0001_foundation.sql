-- What every table holds and which columns are digests or sealed: migrations/README.md.
-- Times are milliseconds since 1970, booleans 0 or 1, JSON is text.

CREATE TABLE resident (
    id TEXT NOT NULL PRIMARY KEY,
    username_key TEXT NOT NULL,
    username TEXT NOT NULL,
    email_key TEXT,
    claims TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    password_phc TEXT,
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    password_changed_at INTEGER
) STRICT;
CREATE UNIQUE INDEX resident_username ON resident (username_key);
CREATE UNIQUE INDEX resident_email ON resident (email_key) WHERE email_key IS NOT NULL;

CREATE TABLE client (
    id TEXT NOT NULL PRIMARY KEY,
    metadata TEXT NOT NULL,
    secret_digest BLOB CHECK (secret_digest IS NULL OR length(secret_digest) = 32),
    created_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE session (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    resident_id TEXT NOT NULL REFERENCES resident (id) ON DELETE CASCADE,
    created_at INTEGER NOT NULL,
    auth_time INTEGER NOT NULL,
    last_seen_at INTEGER NOT NULL,
    idle_expires_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    ended_at INTEGER,
    kept_until INTEGER NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    browser_digest BLOB NOT NULL CHECK (length(browser_digest) = 32)
) STRICT, WITHOUT ROWID;
CREATE INDEX session_resident ON session (resident_id);
CREATE INDEX session_kept_until ON session (kept_until);

CREATE TABLE consent (
    resident_id TEXT NOT NULL REFERENCES resident (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    declined TEXT NOT NULL,
    claim_names TEXT NOT NULL,
    granted_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    last_used_at INTEGER NOT NULL,
    PRIMARY KEY (resident_id, client_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX consent_client ON consent (client_id);

-- GRANT is a word of SQL's own.
CREATE TABLE access_grant (
    id TEXT NOT NULL PRIMARY KEY,
    resident_id TEXT NOT NULL REFERENCES resident (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    session_digest BLOB REFERENCES session (digest) ON DELETE SET NULL,
    scope TEXT NOT NULL,
    claims TEXT NOT NULL,
    nonce TEXT,
    auth_time INTEGER NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    revoked_at INTEGER,
    is_offline INTEGER NOT NULL CHECK (is_offline IN (0, 1))
) STRICT, WITHOUT ROWID;
CREATE INDEX access_grant_resident ON access_grant (resident_id, client_id);
CREATE INDEX access_grant_session ON access_grant (session_digest) WHERE session_digest IS NOT NULL;
CREATE INDEX access_grant_expires_at ON access_grant (expires_at);

CREATE TABLE authorization_code (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    grant_id TEXT NOT NULL REFERENCES access_grant (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_uri_was_sent INTEGER NOT NULL CHECK (redirect_uri_was_sent IN (0, 1)),
    code_challenge TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    kept_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX authorization_code_grant ON authorization_code (grant_id);
CREATE INDEX authorization_code_kept_until ON authorization_code (kept_until);

CREATE TABLE refresh_token (
    digest BLOB NOT NULL PRIMARY KEY CHECK (length(digest) = 32),
    grant_id TEXT NOT NULL REFERENCES access_grant (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    generation INTEGER NOT NULL CHECK (generation >= 0),
    issued_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER,
    kept_until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX refresh_token_grant ON refresh_token (grant_id);
CREATE INDEX refresh_token_kept_until ON refresh_token (kept_until);

CREATE TABLE assertion_id (
    client_id TEXT NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    jti_digest BLOB NOT NULL CHECK (length(jti_digest) = 32),
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client_id, jti_digest)
) STRICT, WITHOUT ROWID;
CREATE INDEX assertion_id_expires_at ON assertion_id (expires_at);

-- A stranger's failures can fill it, but not make it grow: there are 2^18 buckets.
CREATE TABLE failure_counter (
    bucket INTEGER NOT NULL PRIMARY KEY CHECK (bucket >= 0 AND bucket < 262144),
    failures INTEGER NOT NULL CHECK (failures > 0),
    last_failure_at INTEGER NOT NULL
) STRICT;

CREATE TABLE signing_key (
    kid TEXT NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('staged', 'active', 'retired', 'revoked')),
    public_jwk TEXT NOT NULL,
    sealed_private_key BLOB NOT NULL,
    created_at INTEGER NOT NULL,
    published_at INTEGER NOT NULL,
    activated_at INTEGER,
    retired_at INTEGER,
    revoked_at INTEGER
) STRICT;
CREATE UNIQUE INDEX signing_key_active ON signing_key (algorithm) WHERE state = 'active';

CREATE TABLE sealed_secret (
    name TEXT NOT NULL PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE epoch (
    topic TEXT NOT NULL PRIMARY KEY,
    number INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- No foreign keys: the record outlives whom it is about.
CREATE TABLE audit_event (
    id INTEGER NOT NULL PRIMARY KEY,
    at INTEGER NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    resident_id TEXT,
    client_id TEXT,
    session_reference TEXT,
    reference TEXT,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX audit_event_resident ON audit_event (resident_id, id) WHERE resident_id IS NOT NULL;
