/// Runs the writes that waited together in one transaction and so with one flush to disk.
enum GroupCommit {
    /// Each write has a savepoint of its own and is answered only after the group's commit: a refusal too may rest on what
    /// another write of the group did.
    @Sendable static func run(on connection: SQLiteConnection, _ writes: [any PendingWrite]) {
        var waiting = writes
        // Each round that does not answer everyone answers at least one write, so this ends.
        while !waiting.isEmpty { waiting = attempt(waiting, on: connection) }
    }

    private enum Outcome {
        case done
        case refused(any Error)
    }

    /// Answers the writes, or returns those that must run again because the engine gave up their transaction for another's reason.
    private static func attempt(_ writes: [any PendingWrite], on connection: SQLiteConnection) -> [any PendingWrite] {
        do throws(DatabaseError) {
            try connection.control("BEGIN IMMEDIATE")
        } catch {
            for write in writes { write.fail(error) }
            return []
        }
        var outcomes: [Outcome] = []
        for (index, write) in writes.enumerated() {
            do {
                try run(write, on: connection, isAlone: writes.count == 1)
                outcomes.append(.done)
            } catch {
                guard connection.isInTransaction else {
                    write.fail(error)
                    return Array(writes[..<index] + writes[(index + 1)...])
                }
                outcomes.append(.refused(error))
            }
        }
        finish(writes, outcomes, on: connection)
        return []
    }

    /// Runs one write; where it throws, its own changes are undone, or the whole transaction is over.
    private static func run(_ write: any PendingWrite, on connection: SQLiteConnection, isAlone: Bool) throws {
        if isAlone {
            do {
                try write.run(on: connection)
            } catch {
                connection.abandon()
                throw error
            }
            return
        }
        try connection.control("SAVEPOINT portico_write")
        do {
            try write.run(on: connection)
            try connection.control("RELEASE portico_write")
        } catch {
            connection.undoSavepoint()
            throw error
        }
    }

    private static func finish(_ writes: [any PendingWrite], _ outcomes: [Outcome], on connection: SQLiteConnection) {
        do throws(DatabaseError) {
            try connection.control("COMMIT")
        } catch {
            connection.abandon()
            for write in writes { write.fail(error) }
            return
        }
        for (write, outcome) in zip(writes, outcomes) {
            switch outcome {
            case .done: write.succeed()
            case .refused(let error): write.fail(error)
            }
        }
    }
}
