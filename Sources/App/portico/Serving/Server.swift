import Logging
import PasswordHashing
import Primitives
import Provider
import ServiceLifecycle
import Synchronization
import Web

/// `portico serve`: builds everything, says what it made, serves until a signal comes, and ends in order.
struct Server: Sendable {
    let settings: Settings

    /// What the connections of a server go by in PostgreSQL; commands go by another name.
    static let applicationName = "portico serve"

    /// Requests under way may take this long to finish after a signal; then the process ends anyway.
    static let drainTime = Duration.seconds(30)

    func run() async throws {
        let logger = Logger.portico(settings.log)
        let assembly = try await Assembly.open(settings, missing: .create, applicationName: Self.applicationName)
        let hasher: PasswordHasher
        do {
            hasher = try assembly.makeHasher()
        } catch {
            await assembly.close()
            throw error
        }
        do {
            try await serve(assembly, hasher: hasher, logger: logger)
        } catch {
            await hasher.shutDown()
            await assembly.close()
            throw error
        }
        await hasher.shutDown()
        await assembly.close()
        logger.info("stopped")
    }

    private func serve(_ assembly: Assembly, hasher: PasswordHasher, logger: Logger) async throws {
        let registry = try await ClientRegistry.open(assembly.database)
        let services = try assembly.webServices(hasher: hasher, registry: registry, logger: logger)
        let started = Started()
        let application = buildApplication(assembly.webConfiguration, services) { port in
            started.note()
            announce(assembly, port: port, logger: logger)
        }
        var configuration = ServiceGroupConfiguration(
            services: [
                Follower(database: assembly.database, keyRing: assembly.keyRing, clients: registry, logger: logger),
                Housekeeping(database: assembly.database, keys: assembly.keys, timeSource: assembly.timeSource, logger: logger),
                application,
            ],
            gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        configuration.maximumGracefulShutdownDuration = Self.drainTime
        do {
            try await ServiceGroup(configuration: configuration).run()
        } catch  where !started.wasNoted {
            throw CommandFailure(
                .unavailable, "Portico cannot listen on \(settings.server.host):\(settings.server.port): \(Self.cause(of: error)).",
                "Stop the other program or choose another port with PORTICO_SERVER_PORT.")
        }
    }

    /// Said on standard output for the person who started it, and in the log for everyone else.
    private func announce(_ assembly: Assembly, port: Int, logger: Logger) {
        logger.info("listening", metadata: ["issuer": "\(assembly.issuer.text)", "host": "\(settings.server.host)", "port": "\(port)"])
        if !assembly.created.isEmpty {
            logger.notice("created", metadata: ["created": .array(assembly.created.map { .string($0) })])
            Terminal.print(
                "Created " + assembly.created.joined(separator: ", ")
                    + ". For production: set issuer to your https address, keep the master key in a "
                    + "place of its own and back it up apart from the database.")
        }
        Terminal.print("Portico is ready: \(assembly.issuer.text)/")
    }

    /// The system's words without the names of calls around them.
    private static func cause(of error: any Error) -> String {
        let text = "\(error)"
        if text.contains("Address already in use") { return "the port is in use by another program" }
        if text.contains("Permission denied") { return "this user may not use the port" }
        if text.contains("Cannot assign requested address") { return "the address does not belong to this machine" }
        return text
    }
}

/// Whether the server ever listened: what goes wrong before is told as a sentence about the port.
private final class Started: Sendable {
    private let flag = Atomic(false)

    func note() { flag.store(true, ordering: .releasing) }
    var wasNoted: Bool { flag.load(ordering: .acquiring) }
}
