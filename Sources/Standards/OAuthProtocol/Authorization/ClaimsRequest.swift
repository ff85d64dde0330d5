public import Primitives

/// The `claims` parameter (OpenID Connect Core §5.5): single claims asked for UserInfo or the ID token.
public struct ClaimsRequest: Sendable, Hashable {
    /// How one claim is asked for. Without a wish both members keep their defaults: a voluntary claim.
    public struct ClaimDemand: Sendable, Hashable {
        public let essential: Bool
        /// The acceptable values, from `value` or `values`; empty where any will do.
        public let values: [JSONValue]

        public init(essential: Bool = false, values: [JSONValue] = []) {
            self.essential = essential
            self.values = values
        }
    }

    public let userinfo: [String: ClaimDemand]
    public let idToken: [String: ClaimDemand]

    public init(userinfo: [String: ClaimDemand] = [:], idToken: [String: ClaimDemand] = [:]) {
        self.userinfo = userinfo
        self.idToken = idToken
    }

    /// No claim asked.
    public static let empty = ClaimsRequest()
    public static let maximumBytes = 4096
    static let maximumClaims = 100

    /// Reads the parameter's JSON: at most 4,096 bytes, five levels and 100 claims a target. Members that Core does not define are ignored.
    ///
    /// - Throws: `invalid_request`.
    public init(parsing text: String) throws(OAuthFailure) {
        let json: JSONValue
        do throws(JSONError) {
            json = try JSONValue(parsing: text, maximumBytes: Self.maximumBytes, maximumDepth: 5)
        } catch {
            throw OAuthFailure(error == .tooLarge ? ClaimsReference.tooLarge : .malformed, cause: "\(error)")
        }
        guard let object = json.objectValue else { throw OAuthFailure(ClaimsReference.notAnObject) }
        userinfo = try Self.demands(in: object, "userinfo")
        idToken = try Self.demands(in: object, "id_token")
        // Writing a number or a control character out may take more room than it came in.
        guard serialized.utf8.count <= Self.maximumBytes else { throw OAuthFailure(ClaimsReference.tooLarge) }
    }

    public var isEmpty: Bool { userinfo.isEmpty && idToken.isEmpty }

    /// The part of the request whose claims `isIncluded` accepts by name.
    public func filter(_ isIncluded: (String) -> Bool) -> ClaimsRequest {
        ClaimsRequest(userinfo: userinfo.filter { isIncluded($0.key) }, idToken: idToken.filter { isIncluded($0.key) })
    }

    /// The request as JSON that ``init(parsing:)`` reads back as the same value; names are in alphabetical order.
    public var serialized: String {
        var object = JSONObject()
        if !userinfo.isEmpty { object["userinfo"] = Self.json(userinfo) }
        if !idToken.isEmpty { object["id_token"] = Self.json(idToken) }
        return JSONValue.object(object).serialized()
    }

    private static func demands(in object: JSONObject, _ target: String) throws(OAuthFailure) -> [String: ClaimDemand] {
        guard let member = object[target], member != .null else { return [:] }
        guard let claims = member.objectValue else {
            throw OAuthFailure(ClaimsReference.targetType, "The member '\(target)' of the parameter 'claims' must be an object.")
        }
        guard claims.members.count <= maximumClaims else { throw OAuthFailure(ClaimsReference.tooLarge) }
        var demands: [String: ClaimDemand] = [:]
        for (name, value) in claims.members {
            guard !name.isEmpty, name.hasNoControls else { throw OAuthFailure(ClaimsReference.name) }
            demands[name] = try demand(value, for: name)
        }
        return demands
    }

    private static func demand(_ value: JSONValue, for name: String) throws(OAuthFailure) -> ClaimDemand {
        if value == .null { return ClaimDemand() }
        guard let object = value.objectValue else {
            throw OAuthFailure(ClaimsReference.demandType, "The claim '\(name)' in the parameter 'claims' must be null or an object.")
        }
        var essential = false
        if let member = object["essential"] {
            guard let flag = member.boolValue else {
                throw OAuthFailure(ClaimsReference.essentialType, "The member 'essential' of the claim '\(name)' must be a boolean.")
            }
            essential = flag
        }
        if object["value"] != nil, object["values"] != nil {
            throw OAuthFailure(ClaimsReference.bothValues, "The claim '\(name)' has both 'value' and 'values'.")
        }
        if let single = object["value"] { return ClaimDemand(essential: essential, values: [single]) }
        guard let several = object["values"] else { return ClaimDemand(essential: essential) }
        guard let values = several.arrayValue else {
            throw OAuthFailure(ClaimsReference.valuesType, "The member 'values' of the claim '\(name)' must be an array.")
        }
        return ClaimDemand(essential: essential, values: values)
    }

    private static func json(_ demands: [String: ClaimDemand]) -> JSONValue {
        var object = JSONObject()
        for (name, demand) in demands.sorted(by: { $0.key < $1.key }) {
            var members = JSONObject()
            if demand.essential { members["essential"] = true }
            if demand.values.count == 1 { members["value"] = demand.values[0] }
            if demand.values.count > 1 { members["values"] = .array(demand.values) }
            object[name] = members.isEmpty ? .null : .object(members)
        }
        return .object(object)
    }
}

/// Why the parameter `claims` was refused.
public enum ClaimsReference: String, FailureReference {
    case malformed = "CLAIMS-01"
    case tooLarge = "CLAIMS-02"
    case notAnObject = "CLAIMS-03"
    case targetType = "CLAIMS-04"
    case demandType = "CLAIMS-05"
    case essentialType = "CLAIMS-06"
    case valuesType = "CLAIMS-07"
    case bothValues = "CLAIMS-08"
    case name = "CLAIMS-09"

    public var code: OAuthFailure.Code { .invalidRequest }

    public var meaning: String {
        switch self {
        case .malformed: "The parameter 'claims' is not JSON, repeats a member or is nested too deeply."
        case .tooLarge: "The parameter 'claims' asks for more than this server reads."
        case .notAnObject: "The parameter 'claims' must be a JSON object."
        case .targetType: "A target in the parameter 'claims' must be an object."
        case .demandType: "A claim in the parameter 'claims' must be null or an object."
        case .essentialType: "The member 'essential' of a claim must be a boolean."
        case .valuesType: "The member 'values' of a claim must be an array."
        case .bothValues: "A claim has both 'value' and 'values'."
        case .name: "The parameter 'claims' holds an empty name or one with control characters."
        }
    }
}
