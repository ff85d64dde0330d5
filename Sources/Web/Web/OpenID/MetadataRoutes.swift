import HTTPTypes
import Hummingbird
import OAuthProtocol
import Primitives
import Provider

/// What clients read to find and to trust the provider: its metadata under both well-known paths, and its keys.
struct MetadataRoutes {
    let desk: ReceptionDesk

    /// The well-known paths stand where RFC 8414 §3 and OpenID Connect Discovery §4 put them, which is not always below the issuer.
    func add(to router: Router<PorticoContext>, _ routes: RouterGroup<PorticoContext>) {
        let issuer = desk.configuration.issuer
        for path in Set([issuer.oidcDiscoveryPath, issuer.oauthMetadataPath]) {
            router.get(RouterPath(path)) { request, _ in metadata(request) }
        }
        routes.get(RouterPath(Discovery.jwksPath)) { request, _ in keys(request) }
    }

    private func metadata(_ request: Request) -> Response {
        let bytes = desk.services.provider.discovery.document()
        return .cacheable(bytes.bytes, etag: bytes.etag, maxAge: .minutes(5), request)
    }

    private func keys(_ request: Request) -> Response {
        let keys = desk.services.keyRing.snapshot.jwks
        return .cacheable(keys.bytes, etag: keys.etag, maxAge: keys.maxAge, request)
    }
}

extension Response {
    /// A public document with an ETag; 304 where the caller has it already (RFC 9110 §13.1.2).
    static func cacheable(
        _ bytes: [UInt8], etag: String, maxAge: Duration, contentType: String = "application/json", _ request: Request
    ) -> Response {
        var headers: HTTPFields = [
            .contentType: contentType, .eTag: etag, .cacheControl: "public, max-age=\(maxAge.wholeSeconds)",
            .accessControlAllowOrigin: "*",
        ]
        if let known = request.headers[.ifNoneMatch], known == "*" || known.contains(etag) {
            headers[.contentType] = nil
            return Response(status: .notModified, headers: headers)
        }
        return Response(status: .ok, headers: headers, body: .init(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}
