-- What every table holds and which columns are digests or sealed: migrations/README.md.
-- Times are milliseconds since 1970, booleans 0 or 1, JSON is text. Texts are ordered by their bytes, as SQLite orders them.
-- Tables whose rows are updated in place leave room for it on each page (fillfactor).

CREATE TABLE resident (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    username_key TEXT COLLATE "C" NOT NULL,
    username TEXT NOT NULL,
    email_key TEXT COLLATE "C",
    claims TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('active', 'disabled')),
    password_phc TEXT,
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    password_changed_at BIGINT
);
CREATE UNIQUE INDEX resident_username ON resident (username_key);
CREATE UNIQUE INDEX resident_email ON resident (email_key) WHERE email_key IS NOT NULL;

CREATE TABLE client (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    metadata TEXT NOT NULL,
    secret_digest BYTEA CHECK (secret_digest IS NULL OR octet_length(secret_digest) = 32),
    created_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL
);

CREATE TABLE session (
    digest BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(digest) = 32),
    resident_id TEXT COLLATE "C" NOT NULL REFERENCES resident (id) ON DELETE CASCADE,
    created_at BIGINT NOT NULL,
    auth_time BIGINT NOT NULL,
    last_seen_at BIGINT NOT NULL,
    idle_expires_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    ended_at BIGINT,
    kept_until BIGINT NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    user_agent TEXT NOT NULL,
    browser_digest BYTEA NOT NULL CHECK (octet_length(browser_digest) = 32)
) WITH (fillfactor = 85);
CREATE INDEX session_resident ON session (resident_id);
CREATE INDEX session_kept_until ON session (kept_until);

CREATE TABLE consent (
    resident_id TEXT COLLATE "C" NOT NULL REFERENCES resident (id) ON DELETE CASCADE,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    scope TEXT NOT NULL,
    declined TEXT NOT NULL,
    claim_names TEXT NOT NULL,
    granted_at BIGINT NOT NULL,
    updated_at BIGINT NOT NULL,
    last_used_at BIGINT NOT NULL,
    PRIMARY KEY (resident_id, client_id)
) WITH (fillfactor = 85);
CREATE INDEX consent_client ON consent (client_id);

-- GRANT is a word of SQL's own.
CREATE TABLE access_grant (
    id TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    resident_id TEXT COLLATE "C" NOT NULL REFERENCES resident (id) ON DELETE CASCADE,
    client_id TEXT COLLATE "C" NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    session_digest BYTEA REFERENCES session (digest) ON DELETE SET NULL,
    scope TEXT NOT NULL,
    claims TEXT NOT NULL,
    nonce TEXT,
    auth_time BIGINT NOT NULL,
    acr TEXT NOT NULL,
    amr TEXT NOT NULL,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    revoked_at BIGINT,
    is_offline BIGINT NOT NULL CHECK (is_offline IN (0, 1))
);
CREATE INDEX access_grant_resident ON access_grant (resident_id, client_id);
CREATE INDEX access_grant_session ON access_grant (session_digest) WHERE session_digest IS NOT NULL;
CREATE INDEX access_grant_expires_at ON access_grant (expires_at);

CREATE TABLE authorization_code (
    digest BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(digest) = 32),
    grant_id TEXT COLLATE "C" NOT NULL REFERENCES access_grant (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    redirect_uri TEXT NOT NULL,
    redirect_uri_was_sent BIGINT NOT NULL CHECK (redirect_uri_was_sent IN (0, 1)),
    code_challenge TEXT,
    created_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    kept_until BIGINT NOT NULL
) WITH (fillfactor = 70);
CREATE INDEX authorization_code_grant ON authorization_code (grant_id);
CREATE INDEX authorization_code_kept_until ON authorization_code (kept_until);

CREATE TABLE refresh_token (
    digest BYTEA NOT NULL PRIMARY KEY CHECK (octet_length(digest) = 32),
    grant_id TEXT COLLATE "C" NOT NULL REFERENCES access_grant (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL,
    scope TEXT NOT NULL,
    generation BIGINT NOT NULL CHECK (generation >= 0),
    issued_at BIGINT NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT,
    kept_until BIGINT NOT NULL
);
CREATE INDEX refresh_token_grant ON refresh_token (grant_id);
CREATE INDEX refresh_token_kept_until ON refresh_token (kept_until);

CREATE TABLE assertion_id (
    client_id TEXT COLLATE "C" NOT NULL REFERENCES client (id) ON DELETE CASCADE,
    jti_digest BYTEA NOT NULL CHECK (octet_length(jti_digest) = 32),
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client_id, jti_digest)
);
CREATE INDEX assertion_id_expires_at ON assertion_id (expires_at);

-- A stranger's failures can fill it, but not make it grow: there are 2^18 buckets.
CREATE TABLE failure_counter (
    bucket BIGINT NOT NULL PRIMARY KEY CHECK (bucket >= 0 AND bucket < 262144),
    failures BIGINT NOT NULL CHECK (failures > 0),
    last_failure_at BIGINT NOT NULL
) WITH (fillfactor = 50);

CREATE TABLE signing_key (
    kid TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    algorithm TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('staged', 'active', 'retired', 'revoked')),
    public_jwk TEXT NOT NULL,
    sealed_private_key BYTEA NOT NULL,
    created_at BIGINT NOT NULL,
    published_at BIGINT NOT NULL,
    activated_at BIGINT,
    retired_at BIGINT,
    revoked_at BIGINT
);
CREATE UNIQUE INDEX signing_key_active ON signing_key (algorithm) WHERE state = 'active';

CREATE TABLE sealed_secret (
    name TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    sealed BYTEA NOT NULL
);

CREATE TABLE epoch (
    topic TEXT COLLATE "C" NOT NULL PRIMARY KEY,
    number BIGINT NOT NULL
);

-- No foreign keys: the record outlives whom it is about.
CREATE TABLE audit_event (
    id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY,
    at BIGINT NOT NULL,
    kind TEXT NOT NULL,
    actor TEXT NOT NULL,
    resident_id TEXT COLLATE "C",
    client_id TEXT COLLATE "C",
    session_reference TEXT,
    reference TEXT,
    detail TEXT NOT NULL
);
CREATE INDEX audit_event_resident ON audit_event (resident_id, id) WHERE resident_id IS NOT NULL;
