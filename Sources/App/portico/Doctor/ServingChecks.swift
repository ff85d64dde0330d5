import Database
import OAuthProtocol
import Primitives

/// Whether what the settings say fits a service that residents use.
enum ServingChecks {
    static func issuer(_ text: String) -> Finding {
        text.hasPrefix("https://")
            ? .ok("settings.issuer", text)
            : .warn(
                "settings.issuer", "\(text) is for trials on this machine",
                "Set issuer to the https address that residents see, before the first agency is registered.")
    }

    static func address(host: String, trustedProxies: [String]) -> Finding {
        let isLoopback = host.hasPrefix("127.") || host == "::1" || host == "localhost"
        guard !isLoopback, trustedProxies.isEmpty else { return .ok("settings.address", "\(host), \(trustedProxies.count) trusted proxies") }
        return .warn(
            "settings.address", "listens on \(host), and no proxy is trusted",
            "Name the proxy that terminates TLS in server.trusted-proxies, or listen on loopback: otherwise every resident has the proxy's address.")
    }

    /// - Parameter missing: how many steps the schema lacks.
    static func schema(version: Int, missing: Int) -> Finding {
        guard missing > 0 else { return .ok("database.schema", "version \(version)") }
        guard version > 0 else { return .fail("database.schema", "there are no tables yet", "Start `portico serve` once, or restore a backup.") }
        return .warn(
            "database.schema", "version \(version), \(missing) \(missing == 1 ? "step" : "steps") behind this program",
            "Run `portico migrate`; `portico migrate --plan` shows what it would do.")
    }

    static func schemaProblem(_ error: DatabaseError) -> Finding {
        .fail("database.schema", "\(error)", "Run the program that has used this database, or restore a backup.")
    }

    static func copy(isUnfinished: Bool) -> Finding {
        isUnfinished
            ? .fail(
                "database.whole", "the target of a copy that is not finished", "Run the same `portico database copy` again, or empty this database.")
            : .ok("database.whole", "no copy into it is unfinished")
    }

    static func restore(_ at: Instant?) -> Finding {
        .ok("database.restored", at.map { "restored from a backup at \(TimeText.second($0)): what is older was revoked" } ?? "never")
    }
}
