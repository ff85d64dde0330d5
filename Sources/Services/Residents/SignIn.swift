public import AuditLog
public import Cryptography
public import Database
internal import Domain
public import KeyRing
public import PasswordHashing
public import Primitives
internal import Storage

/// Lets residents in by name and password.
public final class SignIn: Sendable {
    private let database: Database
    private let passwords: PasswordChecks
    private let throttle: Throttle
    private let browserKey: Secret
    private let sessionPolicy: SessionPolicy
    private let log: SecurityLog

    public convenience init(
        database: Database, hasher: PasswordHasher, secrets: RingSecrets, sessionPolicy: SessionPolicy, throttlePolicy: ThrottlePolicy,
        log: SecurityLog
    ) {
        self.init(
            database: database, passwords: PasswordChecks(hasher), secrets: secrets, sessionPolicy: sessionPolicy,
            throttlePolicy: throttlePolicy, log: log)
    }

    init(
        database: Database, passwords: PasswordChecks, secrets: RingSecrets, sessionPolicy: SessionPolicy, throttlePolicy: ThrottlePolicy,
        log: SecurityLog
    ) {
        self.database = database
        self.passwords = passwords
        throttle = Throttle(policy: throttlePolicy, key: secrets.throttle)
        browserKey = secrets.browsers
        self.sessionPolicy = sessionPolicy
        self.log = log
    }

    /// Counts the attempt as a failure, then looks at the password, then takes the count back where it was right: attempts made at
    /// once cannot outrun the counters, and no hash is computed for one that must wait.
    ///
    /// - Parameter previous: the session this browser had. It ends with success, and its identifier is never used again (session fixation).
    /// - Throws: `database`; `hashing` where the hash itself failed.
    public func attempt(
        _ attempt: SignInAttempt, replacing previous: TokenDigest?, at now: Instant
    ) async throws(ResidentError) -> SignInOutcome {
        do { return try await decide(attempt, replacing: previous, at: now) } catch { throw ResidentError(error) }
    }

    private func decide(_ attempt: SignInAttempt, replacing previous: TokenDigest?, at now: Instant) async throws -> SignInOutcome {
        let browserSeal = try AESGCM(key: browserKey)
        let browser = KnownBrowser(cookie: attempt.knownBrowser, key: browserSeal, at: now)
        let counted: CountedAttempt
        switch try await count(attempt, browser: browser, at: now) {
        case .delayed(let wait):
            log.note(.signInDelayed, address: attempt.address, detail: ["seconds": "\(wait.wholeSeconds + 1)"])
            return .delayed(retryAfter: wait)
        case .counted(let attempt): counted = attempt
        }
        let proof: PasswordProof?
        do throws(PasswordHashError) {
            proof = try await prove(attempt.password, of: counted.resident)
        } catch {
            return try await answer(error, to: attempt, counted)
        }
        let token = BearerToken.mint(.session)
        guard let proof, let (session, resident) = try await open(token, on: proof, for: attempt, counted, replacing: previous, at: now) else {
            log.note(.signInRefused, resident: counted.resident?.id, address: attempt.address)
            return .refused
        }
        var known = browser ?? KnownBrowser()
        known.remember(resident.id, at: now)
        return .signedIn(SignedIn(token: token, session: session, resident: resident, deviceCookie: try known.cookie(sealedBy: browserSeal)))
    }
}

/// An attempt that was admitted and stands counted as a failure.
private struct CountedAttempt: Sendable {
    /// Whose name it is; nil for nobody's.
    let resident: Resident?
    let counters: [Throttle.Counter]
}

private enum Admission: Sendable {
    case counted(CountedAttempt)
    case delayed(Duration)
}

/// The password was right for this account as it was read. Made only by `SignIn.prove`.
private struct PasswordProof: Sendable {
    let resident: Resident
    /// The hash that was verified, and one by today's parameters where it is not.
    let renewed: (old: String, phc: String)?
}

extension SignIn {
    /// One transaction looks whether the attempt must wait and counts it. The same statements run whether or not the name is anybody's.
    private func count(_ attempt: SignInAttempt, browser: KnownBrowser?, at now: Instant) async throws -> Admission {
        let name = SignInName(attempt.identifier)
        let throttle = throttle
        return try await database.write { transaction in
            let resident = try transaction.residents.find(login: name.key ?? "")
            let known = resident.flatMap { resident in browser.flatMap { $0.knows(resident.id) ? ($0.id, resident.id) : nil } }
            let counters = throttle.counters(name: name, address: attempt.address, knownBrowser: known)
            let stored = try transaction.failureCounters.find(buckets: counters.map(\.bucket))
            if let wait = throttle.delay(counters, stored: stored, at: now) { return .delayed(wait) }
            for counter in counters {
                _ = try transaction.failureCounters.register(bucket: counter.bucket, at: now, window: counter.rule.memory)
            }
            return .counted(CountedAttempt(resident: resident, counters: counters))
        }
    }

    /// Outside of any transaction: a hash takes long. One hash is computed whatever the account, so that neither answer nor time tells
    /// an unknown name from a wrong password or a disabled account.
    private func prove(_ password: Secret, of resident: Resident?) async throws(PasswordHashError) -> PasswordProof? {
        // What can be nobody's password costs no hash, whoever's name it came with.
        guard let password = PreparedPassword(password)?.secret else { return nil }
        guard let resident, let hash = readableHash(of: resident) else {
            try await passwords.verifyNothing(password)
            return nil
        }
        let verification: Verification
        do throws(PasswordHashError) {
            verification = try await passwords.verify(password, hash)
        } catch .unsupportedHash {
            log.note(.passwordHashUnreadable, resident: resident.id)
            try await passwords.verifyNothing(password)
            return nil
        }
        guard verification.matches, resident.state == .active else { return nil }
        guard verification.needsRehash else { return PasswordProof(resident: resident, renewed: nil) }
        // A full queue puts the renewal off to another sign-in.
        let renewed = try? await passwords.hash(password).phc
        return PasswordProof(resident: resident, renewed: renewed.map { (old: hash.phc, phc: $0) })
    }

    private func readableHash(of resident: Resident) -> PasswordHash? {
        guard let phc = resident.passwordPHC else { return nil }
        let hash = try? PasswordHash(phc: phc)
        if hash == nil { log.note(.passwordHashUnreadable, resident: resident.id) }
        return hash
    }

    /// One transaction: the account is still as it was read, its counters are taken back, the old session ends and the new one begins.
    ///
    /// - Returns: nil where the account was disabled or its password changed in the meantime.
    private func open(
        _ token: BearerToken, on proof: PasswordProof, for attempt: SignInAttempt, _ counted: CountedAttempt, replacing previous: TokenDigest?,
        at now: Instant
    ) async throws -> (Session, Resident)? {
        let session = newSession(token, of: proof.resident, for: attempt, at: now)
        let resident = try await database.write { transaction -> Resident? in
            let read = proof.resident
            guard let current = try transaction.residents.find(read.id), current.state == .active, current.passwordPHC == read.passwordPHC else {
                return nil
            }
            try transaction.takeBack(counted.counters)
            if let renewed = proof.renewed { try transaction.residents.rehash(phc: renewed.phc, of: read.id, ifStill: renewed.old) }
            try transaction.sessions.insert(session)
            if let previous { try transaction.replace(previous, with: session, at: now) }
            try transaction.record(
                AuditEvent(
                    at: now, kind: .residentSignedIn, actor: read.id.rawValue, residentID: read.id, sessionReference: session.reference,
                    detail: ["acr": .string(session.acr), "amr": .array(session.amr.map(JSONValue.string)), "address": .string(attempt.address)]))
            return current
        }
        return resident.map { (session, $0) }
    }

    private func newSession(_ token: BearerToken, of resident: Resident, for attempt: SignInAttempt, at now: Instant) -> Session {
        let expiresAt = now + sessionPolicy.absolute
        return Session(
            digest: token.digest, residentID: resident.id, createdAt: now, authTime: now, lastSeenAt: now,
            idleExpiresAt: sessionPolicy.idleEnd(usedAt: now, expiresAt: expiresAt), expiresAt: expiresAt, acr: AuthenticationContext.password,
            amr: ["pwd"], userAgent: attempt.userAgent, browserDigest: attempt.browserDigest)
    }

    /// No password was looked at: an attempt that only met a full queue is no failure.
    private func answer(_ error: PasswordHashError, to attempt: SignInAttempt, _ counted: CountedAttempt) async throws -> SignInOutcome {
        let retryAfter: Duration
        switch error {
        case .busy(let wait): retryAfter = wait
        case .stopped: retryAfter = .seconds(1)
        default: throw error
        }
        try await database.write { transaction in
            for counter in counted.counters { try transaction.failureCounters.withdraw(bucket: counter.bucket) }
        }
        log.note(.signInBusy, address: attempt.address)
        return .busy(retryAfter: retryAfter)
    }
}

extension WriteTransaction {
    /// The attempt was no failure. Counters of this name with this address or browser start afresh; those that others feed as well
    /// only lose this attempt, so that nobody clears an address's failures by signing in to an account of their own.
    fileprivate func takeBack(_ counters: [Throttle.Counter]) throws {
        for counter in counters {
            switch counter.kind {
            case .nameFromAddress, .knownBrowser: try failureCounters.clear(bucket: counter.bucket)
            case .name, .address: try failureCounters.withdraw(bucket: counter.bucket)
            }
        }
    }

    /// The browser's former session ends. What agencies were given in it goes on in the new one where it is the same resident's, and is
    /// revoked where it is another's, as at a sign-out.
    fileprivate func replace(_ previous: TokenDigest, with session: Session, at now: Instant) throws {
        guard let former = try sessions.find(previous, at: now) else { return }
        if former.residentID == session.residentID {
            try grants.move(from: former.digest, to: session.digest)
        } else {
            try grants.revokeAll(session: former.digest, includingOffline: false, at: now)
        }
        try end(former, at: now, reason: .replaced)
    }
}
