import Cryptography
import JOSE
import Primitives

/// The provider as this agency knows it: what its discovery document and its key set say, kept for as long as they may be.
///
/// Nothing here is trusted because it was fetched: the discovery document must name the issuer it was asked for, and a key is used only for
/// the algorithm the agency registered.
actor OpenIDProvider {
    /// The endpoints of OpenID Connect Discovery 1.0 §3 that an agency needs.
    struct Endpoints: Sendable, Hashable {
        let authorization: String
        let token: String
        let userInfo: String
        let endSession: String?
        let keySet: String
    }

    let issuer: String
    private let outbound: Outbound
    private let timeSource: TimeSource
    private var endpoints: (value: Endpoints, freshUntil: Instant)?
    private var keys: (value: JWKSet, freshUntil: Instant)?
    private var unknownKeyFetchedAt: Instant?

    static let discoveryLifetime = Duration.hours(1)
    /// Between two fetches made because a token named a key we do not know: strangers can send such tokens as fast as they like.
    static let unknownKeyPause = Duration.minutes(1)
    static let keySetLifetime = (shortest: Duration.seconds(30), usual: Duration.minutes(5), longest: Duration.hours(24))

    init(issuer: String, outbound: Outbound, timeSource: TimeSource) {
        self.issuer = issuer
        self.outbound = outbound
        self.timeSource = timeSource
    }

    /// Fetches discovery and keys ahead of the first sign-in. A provider that is not up yet is no reason not to start.
    func warmUp(attempts: Int, pause: Duration) async {
        for _ in 0..<attempts where !Task.isCancelled {
            if (try? await currentEndpoints()) != nil, (try? await currentKeys()) != nil { return }
            try? await Task.sleep(for: pause)
        }
        if !Task.isCancelled { note("demo-agency: no answer from \(issuer) yet; the next sign-in tries again.") }
    }

    func currentEndpoints() async throws(SignInFailure) -> Endpoints {
        if let endpoints, timeSource.now() < endpoints.freshUntil { return endpoints.value }
        let document = try await fetchObject(issuer + "/.well-known/openid-configuration").object
        let value = try readEndpoints(document)
        endpoints = (value, timeSource.now() + Self.discoveryLifetime)
        return value
    }

    /// The key a token's header names, or the set's only key for `algorithm` where it names none.
    func key(named kid: String?, for algorithm: SignatureAlgorithm) async throws(SignInFailure) -> PublicKey {
        if let key = try await currentKeys().usableKey(named: kid, for: algorithm) { return key }
        let now = timeSource.now()
        guard unknownKeyFetchedAt.map({ now.since($0) >= Self.unknownKeyPause }) ?? true else {
            throw SignInFailure(.untrusted, "no published key named \(kid ?? "(none)") for \(algorithm.rawValue)")
        }
        unknownKeyFetchedAt = now
        guard let key = try await fetchKeys().usableKey(named: kid, for: algorithm) else {
            throw SignInFailure(.untrusted, "no published key named \(kid ?? "(none)") for \(algorithm.rawValue), also after fetching the set again")
        }
        return key
    }

    private func currentKeys() async throws(SignInFailure) -> JWKSet {
        if let keys, timeSource.now() < keys.freshUntil { return keys.value }
        return try await fetchKeys()
    }

    private func fetchKeys() async throws(SignInFailure) -> JWKSet {
        let (object, cacheControl) = try await fetchObject(try await currentEndpoints().keySet)
        do {
            let value = try JWKSet(json: .object(object))
            let lifetime = Self.maximumAge(cacheControl) ?? Self.keySetLifetime.usual
            let bounded = min(max(lifetime, Self.keySetLifetime.shortest), Self.keySetLifetime.longest)
            keys = (value, timeSource.now() + bounded)
            return value
        } catch {
            throw SignInFailure(.providerUnavailable, "the key set cannot be read: \(error)")
        }
    }

    /// OpenID Connect Discovery 1.0 §4.3: the issuer in the document must be exactly the one it was asked for.
    private func readEndpoints(_ document: JSONObject) throws(SignInFailure) -> Endpoints {
        guard document["issuer"]?.stringValue == issuer else {
            throw SignInFailure(.providerUnavailable, "the discovery document names another issuer than \(issuer)")
        }
        func address(_ name: String) throws(SignInFailure) -> String {
            guard let address = document[name]?.stringValue, Agency.isProtected(address) else {
                throw SignInFailure(.providerUnavailable, "the discovery document has no protected \(name)")
            }
            return address
        }
        return Endpoints(
            authorization: try address("authorization_endpoint"), token: try address("token_endpoint"),
            userInfo: try address("userinfo_endpoint"),
            endSession: document["end_session_endpoint"] == nil ? nil : try address("end_session_endpoint"),
            keySet: try address("jwks_uri"))
    }

    private func fetchObject(_ url: String) async throws(SignInFailure) -> (object: JSONObject, cacheControl: String?) {
        let response: Outbound.Response
        do {
            response = try await outbound.send(Outbound.Request(url: url))
        } catch {
            throw SignInFailure(.providerUnavailable, "\(url) did not answer: \(error)")
        }
        guard response.status == 200, let object = try? JSONValue(parsing: response.body, maximumBytes: Outbound.maximumBytes).objectValue else {
            throw SignInFailure(.providerUnavailable, "\(url) answered \(response.status), not a JSON object")
        }
        return (object, response.cacheControl)
    }

    /// `max-age` of a Cache-Control field (RFC 9111 §5.2.2.1).
    static func maximumAge(_ cacheControl: String?) -> Duration? {
        for directive in (cacheControl ?? "").split(separator: ",") {
            let parts = directive.split(separator: "=", maxSplits: 1)
            let name = parts.first?.filter { $0 != " " }.lowercased()
            if name == "max-age", parts.count == 2, let seconds = Int64(parts[1].filter { $0 != " " }), seconds >= 0 {
                return .seconds(min(seconds, 31_536_000))
            }
        }
        return nil
    }
}

extension JWKSet {
    /// A key for checking signatures with `algorithm`; never one that the set gives another use.
    fileprivate func usableKey(named kid: String?, for algorithm: SignatureAlgorithm) -> PublicKey? {
        let usable = keys.filter { key in
            (key.use == nil || key.use == "sig") && (key.alg == nil || key.alg == algorithm) && key.key.accepts(algorithm)
        }
        guard let kid else { return usable.count == 1 ? usable.first?.key : nil }
        return usable.first { $0.kid == kid }?.key
    }
}
