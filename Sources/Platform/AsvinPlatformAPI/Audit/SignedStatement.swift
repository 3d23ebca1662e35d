package import AsvinCrypto
import FoundationEssentials

/// A statement of a platform that its receipt key has signed: a JWT with RS256 (RFC 7519).
package struct SignedStatement: Equatable, Sendable {
  package enum Fault: Error, Equatable, Sendable {
    case notAStatement
    /// Another key signed the statement, or it was changed.
    case badSignature
    /// The statement is of another kind.
    case otherKind(String)
  }

  /// The members of the statement as JSON.
  package let claims: JSONValue

  /// Verifies a statement.
  ///
  /// - Parameter kind: the required value of `typ`.
  package init(_ text: String, kind: String, signedBy key: RSAPublicKey) throws(Fault) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard text.utf8.count <= PlatformLimit.statementBytes, parts.count == 3, let head = Self.bytes(parts[0]),
      let body = Self.bytes(parts[1]), let signature = Self.bytes(parts[2]),
      case .object(let header)? = JSONValue(request: head), let claims = JSONValue(request: body),
      case .object(let members) = claims
    else { throw .notAStatement }
    // The algorithm is required and not chosen by the statement.
    guard header["alg"] == .text("RS256"), key.isSignature(signature, of: Array("\(parts[0]).\(parts[1])".utf8)) else {
      throw .badSignature
    }
    guard case .text(let found)? = members["typ"] else { throw .notAStatement }
    guard found == kind else { throw .otherKind(found) }
    self.claims = claims
  }

  /// Returns a member.
  package subscript(_ name: String) -> JSONValue? {
    guard case .object(let members) = claims else { return nil }
    return members[name]
  }

  /// Returns a member that is a number.
  package func number(_ name: String) -> Int64? {
    guard case .number(let number)? = self[name] else { return nil }
    return number
  }

  /// Returns a member that is a text.
  package func text(_ name: String) -> String? {
    guard case .text(let text)? = self[name] else { return nil }
    return text
  }

  /// Decodes base64url without padding (RFC 4648 §5). Only the canonical form is accepted.
  private static func bytes(_ text: Substring) -> [UInt8]? {
    let standard = text.map { $0 == "-" ? "+" : $0 == "_" ? "/" : $0 }
    guard !text.contains(where: { $0 == "+" || $0 == "/" || $0 == "=" }) else { return nil }
    let padded = String(standard) + String(repeating: "=", count: (4 - text.count % 4) % 4)
    guard let data = Data(base64Encoded: padded), data.base64EncodedString() == padded else { return nil }
    return [UInt8](data)
  }
}
