import Cryptography
import HTTPTypes
import Hummingbird
import OAuthProtocol
import Primitives
import Provider

/// `GET /errors`: what `error_uri` points to, the list of all references in plain text. It is for developers, who search it for theirs.
struct ErrorsRoute {
    private let bytes = Array(Self.listing().utf8)
    private let etag: String

    init() {
        etag = "\"\(Base64URL.encode(Digest.sha256.hash(bytes).prefix(16)))\""
    }

    func add(to routes: RouterGroup<PorticoContext>) {
        routes.get(RouterPath(Discovery.errorsPath)) { [bytes, etag] request, _ in
            Response.cacheable(bytes, etag: etag, maxAge: .hours(1), contentType: "text/plain; charset=utf-8", request)
        }
    }

    static func listing() -> String {
        let sections = FailureCatalogue.all.map { catalogue in
            // A reference that no client is shown is no client's business.
            let entries = catalogue.entries.filter { $0.reference == $0.shown }
            return "\n\(catalogue.subject)\n\n" + entries.map { "\($0.reference)  \($0.code.rawValue)\n    \($0.meaning)\n" }.joined()
        }
        return "Why a request is refused, by reference. A reference never changes its meaning.\n" + sections.joined()
    }
}
