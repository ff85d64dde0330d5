import Administration
import Database
import EngineFixture
import Storage
import Testing

/// One after the other: each has several databases open, and a cluster takes so many connections.
@Suite("Copying a database", .serialized)
struct DatabaseCopyTests {
    @Test("what arrives is what was there, in every table and in both directions", arguments: Engine.journeys)
    func roundTrip(journey: (from: Engine, to: Engine)) async throws {
        let (source, target) = (try await journey.from.openInstallation(), try journey.to.openEmpty())
        let there = try await DatabaseCopy(from: source, to: target, rowsAtOnce: 4).run(snapshot: false)
        let returned = try journey.from.openEmpty()
        let back = try await DatabaseCopy(from: target, to: returned).run(snapshot: true)
        #expect(there.tables == back.tables)
        #expect(there.tables.map(\.table) == CopiedTable.all.map(\.name))
        #expect(there.tables.allSatisfy { $0.rows > 0 })
        #expect(Set(there.tables.map(\.sha256)).count == there.tables.count)
        #expect(!there.isResumed && !back.isResumed)
        #expect(try await returned.count("SELECT COUNT(*) FROM resident WHERE id = '' AND password_phc = ''") == 1)
        #expect(try await returned.count("SELECT COUNT(*) FROM resident WHERE password_changed_at = \(Int64.max)") == 10)
        #expect(try await returned.count("SELECT COUNT(*) FROM resident WHERE email_key IS NULL") == 5)
        #expect(try await returned.count("SELECT COUNT(*) FROM access_grant WHERE session_digest IS NULL AND nonce IS NULL") == 1)
        #expect(try await returned.count("SELECT COUNT(*) FROM sealed_secret WHERE sealed = \([UInt8]())") == 1)
        try await expectInstallation(target)
        try await expectInstallation(returned)
    }

    /// It numbers its own records after the copied ones, has taken over no claim, and is not marked any more.
    private func expectInstallation(_ database: Database) async throws {
        #expect(try await database.audit("after") == 7_000_000_001)
        #expect(try await database.count("SELECT COUNT(*) FROM claim") == 0)
        #expect(try await !DatabaseCopy.isUnfinished(in: database))
    }

    @Test("a target that holds anything is refused and stays as it was", arguments: Engine.allCases)
    func notEmpty(engine: Engine) async throws {
        let (source, target) = (try await Engine.sqlite.openInstallation(), try await engine.open())
        try await target.write { try $0.execute("INSERT INTO epoch (topic, number) VALUES ('keys', 1)") }
        await #expect(throws: DatabaseCopyError.targetIsNotEmpty(table: "epoch")) {
            try await DatabaseCopy(from: source, to: target).run(snapshot: false)
        }
        #expect(try await !DatabaseCopy.isUnfinished(in: target))
        await #expect(throws: DatabaseCopyError.targetIsNotEmpty(table: "resident")) {
            try await DatabaseCopy(from: source, to: source).run(snapshot: false)
        }
    }

    @Test("a copy that was interrupted after any page goes on where it was", arguments: Engine.journeys)
    func resumed(journey: (from: Engine, to: Engine)) async throws {
        let source = try await journey.from.openInstallation()
        var pages = 0
        let whole = try await DatabaseCopy(from: source, to: try journey.to.openEmpty(), rowsAtOnce: 3).run(snapshot: false) {
            if $0.step == .copying { pages += 1 }
        }
        for first in [1, 7, pages] {
            let target = try journey.to.openEmpty()
            let copied = await interrupted(DatabaseCopy(from: source, to: target, rowsAtOnce: 3), after: first)
            #expect(copied == first)
            #expect(try await DatabaseCopy.isUnfinished(in: target))
            var rest = 0
            let report = try await DatabaseCopy(from: source, to: target, rowsAtOnce: 3).run(snapshot: false) {
                if $0.step == .copying { rest += 1 }
            }
            #expect(first + rest == pages)
            #expect(report.isResumed)
            #expect(report.tables == whole.tables)
            #expect(try await !DatabaseCopy.isUnfinished(in: target))
        }
    }

    @Test("a copy that was interrupted while comparing only has to compare", arguments: Engine.allCases)
    func resumedComparing(engine: Engine) async throws {
        let (source, target) = (try await Engine.sqlite.openInstallation(), try engine.openEmpty())
        _ = await interrupted(DatabaseCopy(from: source, to: target), after: .max)
        #expect(try await DatabaseCopy.isUnfinished(in: target))
        var steps: [CopyProgress.Step] = []
        _ = try await DatabaseCopy(from: source, to: target).run(snapshot: false) { steps.append($0.step) }
        #expect(steps == [CopyProgress.Step](repeating: .comparing, count: CopiedTable.all.count))
    }

    @Test("a source that was changed is found out, and the target stays unfinished", arguments: Engine.allCases)
    func changed(engine: Engine) async throws {
        let changes: [(SQL, table: String)] = [
            ("DELETE FROM epoch WHERE topic = ''", "epoch"), ("UPDATE access_grant SET nonce = '' WHERE id = 'g0'", "access_grant"),
        ]
        for (change, table) in changes {
            let (source, target) = (try await Engine.sqlite.openInstallation(), try engine.openEmpty())
            _ = await interrupted(DatabaseCopy(from: source, to: target), after: .max)
            try await source.write { try $0.execute(change) }
            for _ in 0..<2 {
                await #expect(throws: DatabaseCopyError.different(tables: [table])) {
                    try await DatabaseCopy(from: source, to: target).run(snapshot: false)
                }
                #expect(try await DatabaseCopy.isUnfinished(in: target))
            }
        }
    }

    @Test("a target begun with one source is not gone on with from another, nor with a snapshot that is gone", arguments: Engine.allCases)
    func otherSource(engine: Engine) async throws {
        let (source, other) = (try await Engine.sqlite.openInstallation(), try await Engine.sqlite.openInstallation(named: "elsewhere"))
        let target = try engine.openEmpty()
        _ = await interrupted(DatabaseCopy(from: source, to: target, rowsAtOnce: 2), after: 3)
        await #expect(throws: DatabaseCopyError.targetIsOfAnotherSource) { try await DatabaseCopy(from: other, to: target).run(snapshot: false) }
        await #expect(throws: DatabaseCopyError.sourceIsUnfinished) {
            try await DatabaseCopy(from: target, to: try engine.openEmpty()).run(snapshot: false)
        }
        let second = try engine.openEmpty()
        _ = await interrupted(DatabaseCopy(from: source, to: second, rowsAtOnce: 2), after: 3, snapshot: true)
        for snapshot in [false, true] {
            await #expect(throws: DatabaseCopyError.snapshotIsGone) { try await DatabaseCopy(from: source, to: second).run(snapshot: snapshot) }
        }
    }

    @Test("of two runs at once one ends, with everything in place", arguments: Engine.allCases)
    func twoRuns(engine: Engine) async throws {
        let (source, target) = (try await Engine.sqlite.openInstallation(), try engine.openEmpty())
        let whole = try await DatabaseCopy(from: source, to: try engine.openEmpty()).run(snapshot: false)
        let finished = await withTaskGroup(of: CopyReport?.self) { group in
            for _ in 0..<2 { group.addTask { try? await DatabaseCopy(from: source, to: target, rowsAtOnce: 1).run(snapshot: false) } }
            return await group.reduce(into: [CopyReport]()) { if let report = $1 { $0.append(report) } }
        }
        #expect(finished.map(\.tables) == [whole.tables])
    }

    @Test("a run that another has taken over from adds nothing more", arguments: Engine.allCases)
    func takenOver(engine: Engine) async throws {
        let (source, target) = (try await Engine.sqlite.openInstallation(), try engine.openEmpty())
        let page = try await source.read { try $0.copies.page(of: CopiedTable.all[0], after: nil, limit: 2) }
        try await target.migrate(Schema.migrations)
        let outcomes = try await target.write { transaction in
            try transaction.copies.begin(UnfinishedCopy(source: "here", isSnapshot: false), run: "former")
            try transaction.copies.takeOver(run: "latter")
            let former = try (transaction.copies.append(page, run: "former"), transaction.copies.finish(run: "former"))
            return [former.0, former.1, try transaction.copies.append(page, run: "latter"), try transaction.copies.finish(run: "latter")]
        }
        #expect(outcomes == [false, false, true, true])
        #expect(try await target.count("SELECT COUNT(*) FROM resident") == 2)
    }

    @Test("a source without an installation, or with an older schema, is refused before the target is touched", arguments: Engine.allCases)
    func badSource(engine: Engine) async throws {
        let target = try engine.openEmpty()
        let older = try engine.openEmpty()
        try await older.migrate(Array(Schema.migrations.prefix(1)))
        let sources: [(Database, DatabaseCopyError)] = [
            (try engine.openEmpty(), .sourceIsEmpty), (try await engine.open(), .sourceIsEmpty),
            (older, .sourceIsBehind(version: 1, needed: Schema.migrations.count)),
        ]
        for (source, error) in sources {
            await #expect(throws: error) { try await DatabaseCopy(from: source, to: target).run(snapshot: false) }
        }
        #expect(try await target.schemaVersion() == 0)
        #expect(try await !DatabaseCopy.isUnfinished(in: target))
    }

    @Test("a row that the target cannot keep is told with its table", arguments: Engine.allCases)
    func unstorable(engine: Engine) async throws {
        let (source, target) = (try await Engine.sqlite.openInstallation(), try engine.openEmpty())
        try await source.write { try $0.execute("UPDATE session SET user_agent = CAST(x'610062' AS TEXT) WHERE resident_id = 'a'") }
        await #expect(throws: DatabaseCopyError.row(table: "session", .checkViolation("text with a NUL character"))) {
            try await DatabaseCopy(from: source, to: target).run(snapshot: false)
        }
        #expect(try await DatabaseCopy.isUnfinished(in: target))
        try await source.write { try $0.execute("UPDATE session SET user_agent = '' WHERE resident_id = 'a'") }
        #expect(try await DatabaseCopy(from: source, to: target).run(snapshot: false).isResumed)
    }

    @Test("a snapshot does not see what is written meanwhile", .enabled(if: Engine.allCases.contains(.postgres)))
    func snapshot() async throws {
        let schema = try PostgresSchema()
        let source = try schema.open()
        try await source.migrate(Schema.migrations)
        try await source.write { try Installation(name: "here").insert(in: $0) }
        let name = try #require(schema.url.parameter("options")?.split(separator: "=").last)
        let target = Database.openInMemory()
        var written = 0
        let report = try await DatabaseCopy(from: source, to: target, rowsAtOnce: 2).run(snapshot: true) { progress in
            guard progress.number == 2 || progress.step == .comparing else { return }
            written += (try? PostgresSchema.run("UPDATE \(name).resident SET updated_at = updated_at + 1; DELETE FROM \(name).epoch")) == nil ? 0 : 1
        }
        #expect(written > CopiedTable.all.count)
        #expect(report.tables.first { $0.table == "epoch" }?.rows == 2)
        #expect(try await target.count("SELECT COUNT(*) FROM resident WHERE updated_at = 0") == 10)
    }

    /// Runs a copy that is cancelled after so many pages, or where it begins to compare, and answers how many pages were copied.
    private func interrupted(_ copy: DatabaseCopy, after pages: Int, snapshot: Bool = false) async -> Int {
        await Task {
            var copied = 0
            await #expect(throws: CancellationError.self) {
                try await copy.run(snapshot: snapshot) { progress in
                    if progress.step == .copying { copied += 1 }
                    if copied == pages || progress.step == .comparing { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            return copied
        }.value
    }
}
