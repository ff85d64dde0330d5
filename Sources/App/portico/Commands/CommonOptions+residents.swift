import Domain
import Primitives
import Residents

extension CommonOptions {
    /// Runs `body` with the residents' directory and the time.
    func withResidents(missing: Assembly.Missing, _ body: (ResidentDirectory, Instant) async throws -> Void) async throws {
        try await withAssembly(missing: missing) { assembly in
            let hasher = try assembly.makeHasher()
            do {
                try await body(assembly.residents(hasher: hasher), assembly.timeSource.now())
            } catch {
                await hasher.shutDown()
                throw error
            }
            await hasher.shutDown()
        }
    }
}

extension ResidentDirectory {
    func require(_ name: String) async throws -> Resident {
        guard let resident = try await find(name) else {
            throw CommandFailure(.refused, "There is no resident \(Table.plain(name)).", "`portico residents list` shows those there are.")
        }
        return resident
    }
}
