// swift-tools-version:6.2
import PackageDescription

// The floors, lowest first. A module imports only what its line names; scripts/check-floors holds the sources to it.
let package = Package(
    name: "portico",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "portico", targets: ["portico"]),
        .executable(name: "demo-agency", targets: ["DemoAgency"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.2"),
        .package(url: "https://github.com/apple/swift-nio-extras", from: "1.35.2"),
        .package(url: "https://github.com/groue/GRDB.swift", from: "7.10.0"),
        .package(url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.1"),
        .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
        .package(url: "https://github.com/jpsim/Yams", from: "6.2.2"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
    ],
    targets: [
        // Floor 0: C, each imported by exactly one Swift module.
        .systemLibrary(name: "COpenSSL", path: "Sources/C/COpenSSL", pkgConfig: "libcrypto", providers: [.apt(["libssl-dev"])]),
        .systemLibrary(name: "CArgon2", path: "Sources/C/CArgon2", pkgConfig: "libargon2", providers: [.apt(["libargon2-dev"])]),
        .systemLibrary(name: "CPostgres", path: "Sources/C/CPostgres", pkgConfig: "libpq", providers: [.apt(["libpq-dev"])]),
        .systemLibrary(name: "CMalloc", path: "Sources/C/CMalloc"),
        .systemLibrary(name: "CClock", path: "Sources/C/CClock"),

        // Floor 1: Base.
        .module("Primitives", floor: "Base"),
        .module("Cryptography", floor: "Base", ["Primitives", "COpenSSL"]),
        .module("PasswordHashing", floor: "Base", ["Primitives", "Cryptography", "CArgon2"]),
        .module(
            "Database", floor: "Base",
            [
                "Primitives", "Cryptography", "CPostgres", .product(name: "GRDB", package: "GRDB.swift"),
                .product(name: "GRDBSQLite", package: "GRDB.swift"),
            ]),

        // Floor 2: Standards.
        .module("JOSE", floor: "Standards", ["Primitives", "Cryptography"]),
        .module("OAuthProtocol", floor: "Standards", ["Primitives", "Cryptography", "JOSE"]),

        // Floor 3: Domain.
        .target(
            name: "Migrations", path: "migrations", exclude: ["README.md"], resources: [.embedInCode("sqlite"), .embedInCode("postgres")],
            swiftSettings: strict),
        .module("Domain", floor: "Domain", ["Primitives", "Cryptography", "JOSE", "OAuthProtocol"]),
        .module("Storage", floor: "Domain", ["Primitives", "Cryptography", "JOSE", "OAuthProtocol", "Database", "Migrations", "Domain"]),

        // Floor 4: Services.
        .module("AuditLog", floor: "Services", ["Primitives", "Database", "Domain", "Storage"]),
        .module("Recovery", floor: "Services", ["Primitives", "Database", "Domain", "Storage", "AuditLog"]),
        .module("KeyRing", floor: "Services", ["Primitives", "Cryptography", "Database", "JOSE", "Domain", "Storage", "AuditLog"]),
        .module(
            "Residents", floor: "Services",
            ["Primitives", "Cryptography", "PasswordHashing", "Database", "Domain", "Storage", "AuditLog", "KeyRing"]),
        .module(
            "Provider", floor: "Services",
            [
                "Primitives", "Cryptography", "Database", "JOSE", "OAuthProtocol", "Domain", "Storage", "AuditLog", "KeyRing", "Residents",
            ]),
        .module("Administration", floor: "Services", ["Primitives", "Cryptography", "Database", "Storage", "KeyRing"]),

        // Floor 5: Web.
        .module("Pages", floor: "Web", ["Primitives"], resources: [.copy("Resources")]),
        .module(
            "Web", floor: "Web",
            [
                "Primitives", "Cryptography", "JOSE", "OAuthProtocol", "Domain", "AuditLog", "KeyRing", "Residents", "Provider", "Pages",
                .product(name: "HTTPTypes", package: "swift-http-types"), .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdCore", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"), .product(name: "NIOHTTP1", package: "swift-nio"),
                .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ]),

        // Floor 6: App.
        .executableTarget(
            name: "portico",
            dependencies: [
                "Primitives", "Cryptography", "PasswordHashing", "Database", "JOSE", "OAuthProtocol", "Domain", "Storage", "AuditLog", "Recovery",
                "KeyRing", "Residents", "Provider", "Administration", "Pages", "Web", "CMalloc", "CClock",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "Logging", package: "swift-log"), .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Yams", package: "Yams"),
            ],
            path: "Sources/App/portico", swiftSettings: strict),
        .executableTarget(
            name: "DemoAgency",
            dependencies: [
                "Primitives", "Cryptography", "JOSE",
                .product(name: "ArgumentParser", package: "swift-argument-parser"), .product(name: "AsyncHTTPClient", package: "async-http-client"),
                .product(name: "Hummingbird", package: "hummingbird"), .product(name: "Mustache", package: "swift-mustache"),
            ],
            path: "Sources/App/DemoAgency", resources: [.copy("Resources")], swiftSettings: strict),

        // Benchmarks; not shipped. Each measures against the C library itself, so bench-hashing may import CArgon2.
        .executableTarget(
            name: "bench-hashing",
            dependencies: ["Cryptography", "PasswordHashing", "CArgon2", .product(name: "ArgumentParser", package: "swift-argument-parser")],
            path: "benchmarks/hashing", swiftSettings: strict),
        .executableTarget(
            name: "bench-database",
            dependencies: ["Primitives", "Database", .product(name: "GRDBSQLite", package: "GRDB.swift")],
            path: "benchmarks/database", swiftSettings: strict),

        // Tests.
        .target(name: "EngineFixture", dependencies: ["Database"], path: "Tests/EngineFixture", swiftSettings: strict),
        .tests("PrimitivesTests", ["Primitives"]),
        .tests("CryptographyTests", ["Primitives", "Cryptography"], resources: [.copy("Vectors")]),
        .tests("PasswordHashingTests", ["PasswordHashing", "Cryptography"]),
        .tests("DatabaseTests", ["Primitives", "Cryptography", "Database", "EngineFixture", "bench-database"]),
        .tests("JOSETests", ["Primitives", "Cryptography", "JOSE"]),
        .tests("OAuthProtocolTests", ["Primitives", "Cryptography", "JOSE", "OAuthProtocol"]),
        .tests("DomainTests", ["Primitives", "Cryptography", "OAuthProtocol", "Domain"]),
        .tests("StorageTests", ["Primitives", "Cryptography", "OAuthProtocol", "Database", "EngineFixture", "Domain", "Storage"]),
        .tests("AuditLogTests", ["Primitives", "Database", "Domain", "Storage", "AuditLog"]),
        .tests("RecoveryTests", ["Primitives", "Cryptography", "Database", "EngineFixture", "OAuthProtocol", "Domain", "Storage", "Recovery"]),
        .tests("KeyRingTests", ["Primitives", "Cryptography", "Database", "JOSE", "OAuthProtocol", "Domain", "Storage", "KeyRing"]),
        .tests(
            "ResidentsTests",
            [
                "Primitives", "Cryptography", "PasswordHashing", "Database", "OAuthProtocol", "Domain", "Storage", "AuditLog", "KeyRing", "Residents",
            ]),
        .tests(
            "ProviderTests",
            [
                "Primitives", "Cryptography", "Database", "JOSE", "OAuthProtocol", "Domain", "Storage", "AuditLog", "KeyRing", "Residents",
                "Provider",
            ]),
        .tests(
            "AdministrationTests",
            ["Primitives", "Cryptography", "Database", "EngineFixture", "Storage", "Administration"]),
        .tests("PagesTests", ["Pages", "Primitives"]),
        .tests(
            "WebTests",
            [
                "Primitives", "Database", "OAuthProtocol", "AuditLog", "Residents", "Provider", "Web",
                .product(name: "HTTPTypes", package: "swift-http-types"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOEmbedded", package: "swift-nio"), .product(name: "NIOHTTPTypes", package: "swift-nio-extras"),
            ]),
        .tests(
            "FlowTests",
            [
                "Primitives", "Cryptography", "PasswordHashing", "Database", "JOSE", "OAuthProtocol", "Domain", "Storage", "AuditLog", "Recovery",
                "KeyRing", "Residents", "Provider", "Pages", "Web", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"), .product(name: "Logging", package: "swift-log"),
            ]),
        .tests(
            "DemoAgencyTests",
            [
                "DemoAgency", "Primitives", "Cryptography", "JOSE", .product(name: "Hummingbird", package: "hummingbird"),
                .product(name: "HummingbirdTesting", package: "hummingbird"),
            ]),
        .tests(
            "AppTests",
            [
                "portico", "Primitives", "Cryptography", "Database", "OAuthProtocol", "Storage", "KeyRing",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Logging", package: "swift-log"),
            ]),
    ]
)

nonisolated var strict: [SwiftSetting] {
    [
        .swiftLanguageMode(.v6), .enableUpcomingFeature("ExistentialAny"), .enableUpcomingFeature("InternalImportsByDefault"),
        .treatAllWarnings(as: .error),
    ]
}

extension Target {
    static func module(_ name: String, floor: String, _ dependencies: [Dependency] = [], resources: [Resource]? = nil) -> Target {
        .target(name: name, dependencies: dependencies, path: "Sources/\(floor)/\(name)", resources: resources, swiftSettings: strict)
    }
    static func tests(_ name: String, _ dependencies: [Dependency], resources: [Resource]? = nil) -> Target {
        .testTarget(name: name, dependencies: dependencies, path: "Tests/\(name)", resources: resources, swiftSettings: strict)
    }
}
