import AsvinCrypto
import AsvinManifest
package import AsvinPlatformAPI

/// A request whose proof is to be checked.
package struct ProvenRequest: Sendable {
  package let proof: RequestProof
  /// The bytes that the proof's code covers.
  package let message: [UInt8]

  /// - Parameters:
  ///   - method: in upper case.
  ///   - target: the path with its query, as in the request line.
  package init(_ proof: RequestProof, _ method: String, _ target: String) {
    self.proof = proof
    message = proof.message(method, target)
  }

  /// A key that nobody has. A code is computed for an unknown name too, so that the time of an answer does not show which
  /// names exist.
  fileprivate static let noKey = SharedKey(stored: Digest())
}

extension ReadTransaction {
  /// Returns the device that proves a request; `nil` if its name or its code is wrong, or if it has another kind of key.
  package func device(proving request: ProvenRequest) throws -> Device? {
    let known = try DeviceName(request.proof.name).flatMap { try device($0) }
    guard case .shared(let key) = known?.key else {
      _ = ProvenRequest.noKey.isCode(request.proof.code, of: request.message)
      return nil
    }
    return key.isCode(request.proof.code, of: request.message) ? known : nil
  }
}

extension PlatformStore {
  /// Returns the workspace that a request proves with a customer key or an enrolment token, and which of them; `nil` if the
  /// name or the code is wrong.
  package func workspace(
    proving request: ProvenRequest, at now: Instant
  ) async throws -> (workspace: ID<Workspace>, permit: EnrolmentPermit)? {
    let (known, token) = (
      try await workspace(deviceKey: request.proof.name), try await enrolmentToken(request.proof.name)
    )
    var keys: [String] = []
    if let known, known.id.value == request.proof.workspace {
      keys = known.customerKeys(at: now)
    } else if let token, token.workspace.value == request.proof.workspace, token.token.isValid(at: now) {
      keys = [token.token.digest.hexadecimal]
    }
    // A code is computed without a key too, so that the time of an answer does not show which names exist.
    let isCode = (keys.isEmpty ? ["-"] : keys).contains { key in
      MessageCode.isCode(request.proof.code, of: request.message, key: Array(key.utf8))
    }
    guard !keys.isEmpty, isCode else { return nil }
    if let known, known.id.value == request.proof.workspace { return (known.id, .customerKey) }
    return token.map { ($0.workspace, .token($0.token.id)) }
  }
}
