import ArgumentParser
import Cryptography
import KeyRing
import Primitives

struct KeyListCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List the signing keys, the active ones first.",
        discussion: """
            EXAMPLE:
              portico keys list --json
            """)

    @OptionGroup var options: CommonOptions

    func perform() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let keys = try await assembly.keys.list(at: assembly.timeSource.now())
            options.show(KeyText.table(of: keys), json: ["keys": .array(keys.map(KeyText.json))])
        }
    }
}

struct KeyGenerateCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "generate",
        abstract: "Make a staged key: published at once, signing nothing yet.",
        discussion: """
            EXAMPLE:
              portico keys generate ES256
              portico keys generate PS256 --dry-run
            """)

    @OptionGroup var change: KeyChangeOptions
    @Argument(help: ArgumentHelp("The algorithm.", valueName: allNames), transform: Self.algorithm)
    var algorithm: SignatureAlgorithm

    func perform() async throws { try await change.carryOut { _ in .generate(algorithm) } }

    private static let allNames = SignatureAlgorithm.allCases.map(\.rawValue).joined(separator: "|")

    private static func algorithm(_ name: String) throws -> SignatureAlgorithm {
        guard let algorithm = SignatureAlgorithm(rawValue: name) else {
            throw ValidationError("There is no algorithm '\(name)'; choose one of \(allNames).")
        }
        return algorithm
    }
}

struct KeyActivateCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "activate",
        abstract: "Let a staged key sign; the active key of its algorithm retires.",
        discussion: """
            Refused until the key has been published for longer than anyone may keep the key set. --immediately skips that wait, and breaks agencies that \
            still hold an old set.

            EXAMPLE:
              portico keys activate KID --dry-run
            """)

    @OptionGroup var change: KeyChangeOptions
    @Argument(help: "The key's id, or the beginning of it.")
    var kid: String
    @Flag(help: "Do not wait for old copies of the key set to expire.")
    var immediately = false

    func perform() async throws { try await change.carryOut { .activate(try $0.find(kid), immediately: immediately) } }
}

struct KeyRetireCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Withdraw a staged key, or end the work of an active one that nobody needs.",
        discussion: """
            EXAMPLE:
              portico keys retire KID --dry-run
            """)

    @OptionGroup var change: KeyChangeOptions
    @Argument(help: "The key's id, or the beginning of it.")
    var kid: String

    func perform() async throws { try await change.carryOut { .retire(try $0.find(kid)) } }
}

struct KeyRevokeCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "revoke",
        abstract: "Make everything a key ever signed worthless at once.",
        discussion: """
            For a private key that may be in other hands. An active key is revoked with --replace, which puts another of its algorithm in its place.

            EXAMPLE:
              portico keys revoke KID --replace --dry-run
            """)

    @OptionGroup var change: KeyChangeOptions
    @Argument(help: "The key's id, or the beginning of it.")
    var kid: String
    @Flag(help: "Activate another key of the algorithm in the same step; one is made if there is none.")
    var replace = false

    func perform() async throws { try await change.carryOut { .revoke(try $0.find(kid), replace: replace) } }
}

struct KeyExportCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "export-public",
        abstract: "Print the public keys as a JWK set, or one of them as a JWK.",
        discussion: """
            The output is JSON in any case; no private member is ever in it.

            EXAMPLE:
              portico keys export-public > jwks.json
              portico keys export-public --kid KID
            """)

    @OptionGroup var options: CommonOptions
    @Option(help: "One key only: its id, or the beginning of it.")
    var kid: String?

    func perform() async throws {
        try await options.withAssembly(missing: .refuse) { assembly in
            let keys = try await assembly.keys.list(at: assembly.timeSource.now())
            Terminal.print(try await assembly.keys.exportPublic(kid: try kid.map(keys.find)).serialized())
        }
    }
}
