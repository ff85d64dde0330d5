import ArgumentParser
import AsyncHTTPClient
import Cryptography
import Hummingbird
import Primitives

#if canImport(Glibc)
    import Glibc
#else
    import Darwin
#endif

/// DemoAgency is a small relying party, run twice in the demonstration: once as City Permits, once as Family Benefits.
///
/// It owns the agency's side of OpenID Connect (code flow with PKCE, checking ID tokens against the provider's published keys, logout) and
/// three plain pages. It shares only the floors below the provider: what it knows about Portico it learns from Portico's discovery
/// document, as any agency would.
@main
struct DemoAgencyCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo-agency",
        abstract: "A small agency that signs its residents in with Portico.",
        discussion: """
            Listens on 127.0.0.1 only. The client secret comes from the environment, never from an argument.

            EXAMPLE:
              export DEMO_AGENCY_CLIENT_SECRET=…
              demo-agency --name "City Permits" --port 8081 --issuer http://127.0.0.1:8080 --client-id city-permits --accent teal

            EXIT CODES: 0 stopped as asked, 64 usage, 69 the port is taken, 78 the client secret is missing.
            """
    )

    @Option(help: "The agency's name, as residents read it.")
    var name: String
    @Option(help: "One sentence on what the agency does.")
    var tagline = "A demonstration agency that trusts Portico."
    @Option(help: "The port to listen on.")
    var port: Int
    @Option(help: "The provider's issuer identifier: an https address, or http on this machine.")
    var issuer: String
    @Option(name: .customLong("client-id"), help: "The identifier under which the agency is registered.")
    var clientID: String
    @Option(help: ArgumentHelp("The agency's colour.", valueName: "teal|plum"))
    var accent = Agency.Accent.teal
    @Option(help: "The scopes to ask for, separated by spaces.")
    var scope = "openid profile email"

    func validate() throws {
        guard (1...65535).contains(port) else { throw ValidationError("--port must be between 1 and 65535.") }
        guard Agency.isProtected(issuer) else {
            throw ValidationError("--issuer must be an https address, or http on 127.0.0.1, [::1] or localhost.")
        }
        guard scope.split(separator: " ").contains("openid") else { throw ValidationError("--scope must contain openid.") }
        // The identifier becomes part of cookie names (RFC 6265 §4.1.1 allows more; these are all a registration needs).
        guard !clientID.isEmpty, clientID.utf8.allSatisfy(\.isCookieNameByte) else {
            throw ValidationError("--client-id may hold letters, digits, '-', '_' and '.' only.")
        }
    }

    func run() async throws {
        guard let secret = getenv("DEMO_AGENCY_CLIENT_SECRET").map({ String(cString: $0) }), !secret.isEmpty else {
            throw stop(
                "DEMO_AGENCY_CLIENT_SECRET is not set. Set it to the secret that `portico clients apply` or `rotate-secret` printed.", code: 78)
        }
        let agency = Agency(
            name: name, tagline: tagline, accent: accent, port: port, issuer: issuer.hasSuffix("/") ? String(issuer.dropLast()) : issuer,
            clientID: clientID, clientSecret: Secret(Array(secret.utf8)), scope: scope)
        var configuration = HTTPClient.Configuration(
            redirectConfiguration: .disallow, timeout: .init(connect: .seconds(3), read: .seconds(5)))
        configuration.httpVersion = .http1Only
        let client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
        let result = await Result { try await serve(agency, over: .http(client)) }
        try? await client.shutdown()
        try result.get()
    }

    private func serve(_ agency: Agency, over outbound: Outbound) async throws {
        let provider = OpenIDProvider(issuer: agency.issuer, outbound: outbound, timeSource: .system)
        let routes = try await AgencyRoutes(agency: agency, provider: provider, outbound: outbound, timeSource: .system)
        let application = routes.application { note("\(agency.name) is ready: \(agency.origin)/") }
        let warmUp = Task { await provider.warmUp(attempts: 30, pause: .seconds(1)) }
        defer { warmUp.cancel() }
        do {
            try await application.runService()
        } catch {
            throw stop(
                "\(agency.name) could not listen on \(Agency.host):\(agency.port) (\(error)). Choose another --port or stop the other program.",
                code: 69)
        }
    }

    private func stop(_ message: String, code: Int32) -> ExitCode {
        note("demo-agency: " + message)
        return ExitCode(code)
    }
}

extension Agency.Accent: ExpressibleByArgument {}

extension UInt8 {
    fileprivate var isCookieNameByte: Bool {
        switch self {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        case UInt8(ascii: "-"), UInt8(ascii: "_"), UInt8(ascii: "."): true
        default: false
        }
    }
}

extension Result where Failure == any Error {
    fileprivate init(_ body: () async throws -> Success) async {
        do { self = .success(try await body()) } catch { self = .failure(error) }
    }
}

/// One line for the person who started the program. Standard error is unbuffered, so it is seen at once. Control characters become
/// spaces: some of what is noted came from outside, and one event is one line.
func note(_ line: String) {
    let bytes = line.utf8.map { $0 < 0x20 || $0 == 0x7F ? UInt8(ascii: " ") : $0 } + [UInt8(ascii: "\n")]
    _ = bytes.withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
}
