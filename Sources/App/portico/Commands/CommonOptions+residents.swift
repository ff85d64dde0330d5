import ArgumentParser
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

/// The resident that a command changes, and the change carried out and shown.
struct ResidentTarget: ParsableArguments {
    @OptionGroup var options: CommonOptions
    @Argument(help: "Username, email address or id.")
    var resident: String

    /// - Parameter outcome: what is true of the resident afterwards.
    func change(_ outcome: String, _ work: (ResidentDirectory, ResidentID, Instant) async throws -> Void) async throws {
        try await options.withResidents(missing: .refuse) { residents, now in
            let id = try await residents.require(resident).id
            try await work(residents, id, now)
            let changed = try await residents.require(id.rawValue)
            options.show("\(resident) \(outcome).", json: ResidentText.json(of: changed))
        }
    }
}
