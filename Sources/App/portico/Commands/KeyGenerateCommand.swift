import ArgumentParser
import Cryptography
import KeyRing

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
