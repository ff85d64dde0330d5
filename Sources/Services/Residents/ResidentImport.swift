internal import Database
internal import Domain
internal import PasswordHashing
public import Primitives
internal import Storage

/// What an import did so far, and in the end.
public struct ImportReport: Sendable, Hashable {
    public struct Failure: Sendable, Hashable {
        /// Counted from 1.
        public let line: Int
        /// What is wrong with it; it repeats neither passwords nor claims.
        public let reason: String
    }

    /// Lines read, empty ones included.
    public internal(set) var lines = 0
    public internal(set) var added = 0
    /// Usernames that exist already; the account was not touched.
    public internal(set) var skipped = 0
    public internal(set) var failures: [Failure] = []

    public init() {}
}

extension ResidentDirectory {
    /// Reads residents from JSON Lines: one object a line, with `username`, claims by their OpenID Connect names, and `password` or
    /// `password_hash` (a PHC string of Argon2id).
    ///
    /// A line is checked as a whole before anything of it is written, and a bad line stops no other. The same file may be imported again:
    /// usernames that exist are skipped.
    /// - Parameters:
    ///   - next: the next line without its line break; nil at the end.
    ///   - progress: called after each batch.
    /// - Throws: what `next` throws; `ResidentError.database`. What was reported before is written.
    public func importLines(
        _ next: () async throws -> [UInt8]?, at now: Instant, progress: (ImportReport) -> Void = { _ in }
    ) async throws -> ImportReport {
        var report = ImportReport()
        var batch: [ImportLine] = []
        while let bytes = try await next() {
            report.lines += 1
            guard bytes.contains(where: { $0 > 0x20 }) else { continue }
            do throws(ImportLineError) {
                batch.append(try ImportLine(bytes, number: report.lines, at: now))
            } catch {
                report.failures.append(ImportReport.Failure(line: report.lines, reason: error.reason))
            }
            if batch.count == Self.batchSize {
                try await write(&batch, into: &report, at: now)
                progress(report)
            }
        }
        try await write(&batch, into: &report, at: now)
        report.failures.sort { $0.line < $1.line }
        progress(report)
        return report
    }

    private func write(_ batch: inout [ImportLine], into report: inout ImportReport, at now: Instant) async throws {
        let lines = batch
        batch = []
        guard !lines.isEmpty else { return }
        let existing = try await read { transaction in
            try Set(lines.filter { line in try transaction.residents.find(login: line.new.username.key) != nil }.map(\.number))
        }
        report.skipped += existing.count
        let prepared = await hashPasswords(of: lines.filter { !existing.contains($0.number) }, into: &report)
        let outcomes = try await database.write { transaction in
            try prepared.map { line, resident in (line, try self.importOutcome(of: resident, at: now, in: transaction)) }
        }
        for (line, outcome) in outcomes {
            switch outcome {
            case .added: report.added += 1
            case .skipped: report.skipped += 1
            case .failed(let error): report.failures.append(ImportReport.Failure(line: line, reason: "\(error)"))
            }
        }
    }

    private func importOutcome(of resident: Resident, at now: Instant, in transaction: WriteTransaction) throws -> ImportOutcome {
        do {
            try insert(resident, kind: .residentImported, at: now, in: transaction)
            return .added
        } catch ResidentError.usernameTaken {
            return .skipped
        } catch ResidentError.emailTaken {
            return .failed(.emailTaken)
        }
    }

    /// As many at once as the hasher takes; a full queue is waited for.
    private func hashPasswords(of lines: [ImportLine], into report: inout ImportReport) async -> [(line: Int, resident: Resident)] {
        let results = await withTaskGroup(of: (ImportLine, Result<String, ResidentError>).self) { group in
            for line in lines { group.addTask { (line, await self.passwordHash(of: line)) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        var prepared: [(line: Int, resident: Resident)] = []
        for (line, result) in results.sorted(by: { $0.0.number < $1.0.number }) {
            switch result {
            case .success(let phc):
                prepared.append((line.number, line.new.resident(passwordPHC: phc, at: line.importedAt, updatedAt: line.updatedAt)))
            case .failure(let error): report.failures.append(ImportReport.Failure(line: line.number, reason: "\(error)"))
            }
        }
        return prepared
    }

    private func passwordHash(of line: ImportLine) async -> Result<String, ResidentError> {
        switch line.password {
        case .hash(let hash): return hasher.supports(hash) ? .success(hash.phc) : .failure(.hashing(.unsupportedHash))
        case .plain(let password):
            while true {
                do throws(ResidentError) {
                    return .success(try await hash(password, username: line.new.username, email: line.new.claims.email))
                } catch {
                    guard case .busy(let retryAfter) = error, (try? await Task.sleep(for: retryAfter)) != nil else { return .failure(error) }
                }
            }
        }
    }

    private static let batchSize = 32
}

private enum ImportOutcome: Sendable {
    case added, skipped
    case failed(ResidentError)
}
