public import OAuthProtocol
import Provider

/// Refusals that concern how a request was carried, before anything in it is read.
public enum WebReference: String, FailureReference {
    case parametersInQuery = "HTTP-01"
    case notAForm = "HTTP-02"
    case bodyTooLarge = "HTTP-03"

    public var code: OAuthFailure.Code { .invalidRequest }

    public var meaning: String {
        switch self {
        case .parametersInQuery: "The parameters of this endpoint belong in the request body, not in the query."
        case .notAForm: "The request body must be application/x-www-form-urlencoded."
        case .bodyTooLarge: "The request body is too large."
        }
    }
}

extension FailureCatalogue {
    /// Every refusal that has a reference.
    static var all: [FailureCatalogue] { ofProtocol + ofProvider + [FailureCatalogue("How a request was carried", WebReference.self)] }
}
