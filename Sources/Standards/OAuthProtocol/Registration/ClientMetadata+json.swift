public import Primitives

extension ClientMetadata {
    /// The whole registration, defaults written out, always in the same order: what is stored, echoed and compared. Read back as an
    /// operator's registration it gives an equal value.
    public var json: JSONObject {
        var object: JSONObject = ["client_name": .string(clientName)]
        for (tag, name) in localizedNames.sorted(by: { $0.key < $1.key }) { object["client_name#\(tag)"] = .string(name) }
        object["application_type"] = .string(applicationType.rawValue)
        object["grant_types"] = Self.array(grantTypes.map(\.rawValue))
        object["response_types"] = Self.array(responseTypes)
        object["redirect_uris"] = Self.array(redirectURIs.map(\.text))
        object["post_logout_redirect_uris"] = Self.array(postLogoutRedirectURIs.map(\.text))
        object["token_endpoint_auth_method"] = .string(tokenEndpointAuthMethod.rawValue)
        object["token_endpoint_auth_signing_alg"] = tokenEndpointAuthSigningAlg.map { .string($0.rawValue) }
        object["jwks"] = jwks?.json
        object["scope"] = scope.map { .string($0.text) }
        object["subject_type"] = .string(subjectType.rawValue)
        object["sector_identifier"] = sectorIdentifier.map { .string($0) }
        object["id_token_signed_response_alg"] = .string(idTokenSignedResponseAlg.rawValue)
        object["default_max_age"] = defaultMaxAge.map { .integer($0.components.seconds) }
        object["require_auth_time"] = .bool(requireAuthTime)
        object["require_pkce"] = .bool(requirePKCE)
        object["access_token_audience"] = audience.isEmpty ? nil : Self.array(audience)
        object["client_uri"] = clientURI.map { .string($0) }
        object["logo_uri"] = logoURI.map { .string($0) }
        object["policy_uri"] = policyURI.map { .string($0) }
        object["tos_uri"] = tosURI.map { .string($0) }
        object["contacts"] = contacts.isEmpty ? nil : Self.array(contacts)
        object["backchannel_logout_uri"] = backchannelLogoutURI.map { .string($0) }
        return object
    }

    private static func array(_ strings: [String]) -> JSONValue { .array(strings.map { .string($0) }) }
}
