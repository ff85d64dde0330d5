-- Generated rows, in SQL that both engines speak; population.py says in what proportions and fills in what begins with a dollar.
-- `s` numbers residents, or events, from 1.

$each_resident
INSERT INTO resident (id, username_key, username, email_key, claims, state, password_phc, created_at, updated_at, password_changed_at)
SELECT $resident, 'resident-' || n, 'resident-' || n, 'resident-' || n || '@example.org',
    '{"given_name":"' || rtrim(substr('Noor  Ada   Tomas Ines  Wei   Amina Jonas Lucia ', CAST(1 + 6 * (n * 31 % 8) AS INTEGER), 6))
    || '","family_name":"' || rtrim(substr('Haddad  Okafor  LindqvisMoreau  Tanaka  Novak   ', CAST(1 + 8 * (n * 17 % 6) AS INTEGER), 8))
    || '","birthdate":"' || (1935 + n % 70) || '-0' || (1 + n % 9) || '-1' || (n % 10)
    || '","zoneinfo":"Europe/Paris","locale":"en","email":"resident-' || n || '@example.org","email_verified":true,"phone_number":"+1555'
    || (1000000 + n) || '","phone_number_verified":false,"address":{"street_address":"' || (1 + n % 400)
    || ' Quiet Street","locality":"Riverside","postal_code":"' || (10000 + n % 89999) || '","country":"FR"}}',
    'active', '$phc', $now - 86400000 * (n % 1000), $now - 86400000 * (n % 1000), $now - 86400000 * (n % 1000)
FROM s;

$each_resident
INSERT INTO session (digest, resident_id, created_at, auth_time, last_seen_at, idle_expires_at, expires_at, kept_until, acr, amr, user_agent, browser_digest)
SELECT $session, $resident, $now, $now, $seen, $end, $end, $end, 'urn:portico:aal:1', '["pwd"]',
    'Mozilla/5.0 (X11; Linux x86_64; rv:128.0) Gecko/20100101 Firefox/128.0', bench_digest('browser ' || s.n)
FROM s LEFT JOIN bench_sample b ON b.n = s.n;

$each_resident
INSERT INTO consent (resident_id, client_id, scope, declined, claim_names, granted_at, updated_at, last_used_at)
SELECT $resident, '$portal', '$portal_scope', '', '[]', $now - 86400000 * (n % 300), $now - 86400000 * (n % 300), $used FROM s;

$each_resident
INSERT INTO consent (resident_id, client_id, scope, declined, claim_names, granted_at, updated_at, last_used_at)
SELECT $resident, '$keeper', '$keeper_scope', '', '[]', $now - 86400000 * (n % 300), $now - 86400000 * (n % 300), $used FROM s;

$each_resident
INSERT INTO access_grant (id, resident_id, client_id, session_digest, scope, claims, nonce, auth_time, acr, amr, created_at, expires_at, is_offline)
SELECT bench_id('g_', 'portal ' || s.n), $resident, '$portal', $session, '$portal_scope', '{}', 'nonce-of-an-agency-' || s.n, $now,
    'urn:portico:aal:1', '["pwd"]', $now, $end, 0
FROM s LEFT JOIN bench_sample b ON b.n = s.n;

$each_resident
INSERT INTO access_grant (id, resident_id, client_id, session_digest, scope, claims, nonce, auth_time, acr, amr, created_at, expires_at, is_offline)
SELECT bench_id('g_', 'keeper ' || s.n), $resident, '$keeper', NULL, '$keeper_scope', '{}', 'nonce-of-an-agency-' || s.n,
    $now - 86400000 * (1 + n % 20), 'urn:portico:aal:1', '["pwd"]', $now - 86400000 * (1 + n % 20), $month + n, 1
FROM s;

$each_resident
INSERT INTO refresh_token (digest, grant_id, client_id, scope, generation, issued_at, expires_at, used_at, kept_until)
SELECT bench_digest('spent ' || s.n), bench_id('g_', 'keeper ' || s.n), '$keeper', '$keeper_scope', 0, $now - 86400000, $month + n, $now, $week + n
FROM s;

$each_resident
INSERT INTO refresh_token (digest, grant_id, client_id, scope, generation, issued_at, expires_at, used_at, kept_until)
SELECT COALESCE(b.refresh_digest, bench_digest('refresh ' || s.n)), bench_id('g_', 'keeper ' || s.n), '$keeper', '$keeper_scope', 1, $now,
    $month + s.n, NULL, $month + s.n
FROM s LEFT JOIN bench_sample b ON b.n = s.n;

$each_resident
INSERT INTO authorization_code (digest, grant_id, client_id, redirect_uri, redirect_uri_was_sent, code_challenge, created_at, expires_at, used_at, kept_until)
SELECT bench_digest('code ' || s.n), bench_id('g_', 'portal ' || s.n), '$portal', '$callback', 1, '$challenge', $now, $soon, $now, $soon + n
FROM s WHERE s.n % 10 = 0;

-- Whose event comes next is as good as chance: 7919 is prime to every power of ten.
$each_event
INSERT INTO audit_event (at, kind, actor, resident_id, client_id, session_reference, detail)
SELECT $now - 60000 * ($events - k), CASE k % 3 WHEN 0 THEN 'authorization.granted' ELSE 'resident.signed_in' END, id, id,
    CASE k % 3 WHEN 0 THEN '$portal' END, CASE k % 3 WHEN 0 THEN NULL ELSE 'dGhpcyBpcyBhIG' || (10 + k % 90) END,
    CASE k % 3 WHEN 0 THEN '{"scope":"$portal_scope","grant":"' || bench_id('g_', 'portal ' || k) || '"}'
    ELSE '{"acr":"urn:portico:aal:1","amr":["pwd"],"address":"10.' || (k % 200) || '.' || (k % 250) || '.' || (k % 240) || '"}' END
FROM (SELECT s.n AS k, bench_id('r_', 'resident ' || (1 + s.n * 7919 % $residents)) AS id FROM s) AS events;
