import ArgumentParser
import Cryptography
import Primitives
import Provider

struct ClientAddCommand: PorticoCommand {
    static let configuration = CommandConfiguration(
        commandName: "add",
        abstract: "Register one agency.",
        discussion: """
            The secret is generated and printed once. Members without an option of their own (client_name#fr, logo_uri, jwks …) go into a JSON file of \
            RFC 7591 client metadata, named with --metadata; the options win.

            EXAMPLE:
              portico clients add --name "City Permits" --redirect-uri https://permits.example/callback --post-logout-redirect-uri https://permits.example/
              portico clients add --name "Permits app" --redirect-uri org.example.permits:/callback --type native --public
            """)

    @OptionGroup var options: CommonOptions

    @Option(help: "The agency's name, as residents read it.")
    var name: String?
    @Option(help: "Where residents come back to after signing in. May be given several times.")
    var redirectURI: [String] = []
    @Option(help: "Where residents may come back to after signing out. May be given several times.")
    var postLogoutRedirectURI: [String] = []
    @Option(help: "The client id; one is made without it.")
    var id: String?
    @Option(
        help: ArgumentHelp("How the agency proves itself at the token endpoint.", valueName: "client_secret_basic|client_secret_post|private_key_jwt")
    )
    var authMethod: String?
    @Flag(name: .customLong("public"), help: "The client keeps no secret: a program on the resident's device.")
    var isPublic = false
    @Option(help: ArgumentHelp("The kind of application.", valueName: "web|native"))
    var type: String?
    @Option(help: "What ID tokens are signed with: ES256 unless the file says otherwise.")
    var idTokenAlg: String?
    @Option(help: "The scopes the agency may ask for, separated by spaces; the standard ones without it.")
    var scope: String?
    @Option(help: ArgumentHelp("A JSON file of RFC 7591 client metadata.", valueName: "FILE"))
    var metadata: String?

    func validate() throws {
        guard name != nil || metadata != nil else { throw ValidationError("Give --name, or --metadata with a client_name.") }
        guard !isPublic || authMethod == nil else { throw ValidationError("--public and --auth-method exclude each other.") }
    }

    func perform() async throws {
        let entry = try ClientEntry(try members())
        try await options.withAssembly(missing: .create) { assembly in
            let registered = try await assembly.clients.add(entry, at: assembly.timeSource.now())
            options.show(ClientText.listing(of: registered).text, json: ClientText.json(of: registered.client, secret: registered.generatedSecret))
        }
    }

    /// The file's members with the options laid over them. ES256 is proposed here: the protocol's own default, RS256, makes larger tokens.
    private func members() throws -> JSONObject {
        var object = try metadata.map { try JSONFile.object($0) } ?? JSONObject()
        let texts = [
            ("client_name", name), ("client_id", id), ("token_endpoint_auth_method", isPublic ? "none" : authMethod), ("application_type", type),
            ("id_token_signed_response_alg", idTokenAlg), ("scope", scope),
        ]
        for (member, value) in texts { if let value { object[member] = .string(value) } }
        if !redirectURI.isEmpty { object["redirect_uris"] = .array(redirectURI.map(JSONValue.string)) }
        if !postLogoutRedirectURI.isEmpty { object["post_logout_redirect_uris"] = .array(postLogoutRedirectURI.map(JSONValue.string)) }
        if object["client_id"] == nil { object["client_id"] = .string("c_" + Base64URL.encode(Randomness.bytes(12))) }
        if object["id_token_signed_response_alg"] == nil { object["id_token_signed_response_alg"] = "ES256" }
        return object
    }
}
