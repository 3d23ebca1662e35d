import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import FoundationEssentials
import HTTPTypes
import Hummingbird

// Requests with a proof by a symmetric key. The order is: a field of bounded length, the limit of the address, the nonce, the
// code, and only then the body.
extension Platform {
  /// Returns the caller that a request proves with a symmetric key; `nil` for a request with another scheme.
  ///
  /// - Throws: ``Refusal``, with a new nonce, if the proof is not valid.
  func caller(
    proving owner: RequestProof.Owner, _ request: Request, _ context: PlatformContext, at now: Instant
  ) async throws -> (caller: Caller, body: Digest?)? {
    guard let field = request.headers[.authorization], field.hasPrefix("\(owner.scheme) ") else { return nil }
    try limiter.admitAnyone(from: context, at: now)
    guard let proof = RequestProof(field: field), challenges.admits(proof, at: now) else { throw badProof(at: now) }
    let proven = ProvenRequest(proof, request.method.rawValue, request.head.path ?? "")
    let (caller, user): (Caller, Challenges.Owner)
    var isBlacklisted = false
    switch owner {
    case .device:
      let device = try await store.read(in: ID(proof.workspace)) { try $0.device(proving: proven) }
      guard let device else { throw badProof(of: proof, at: now) }
      (caller, user) = (.device(device.id, of: ID(proof.workspace)), .device(device.id))
      isBlacklisted = device.placement == .blacklisted
    case .workspace:
      guard let (workspace, permit) = try await store.workspace(proving: proven, at: now) else {
        throw badProof(of: proof, at: now)
      }
      switch permit {
      case .customerKey: caller = .workspace(workspace)
      case .token(let id): caller = .enrolling(id, of: workspace)
      }
      user = .workspace(workspace)
    }
    guard challenges.use(proof, by: user, at: now) else { throw badProof(at: now) }
    // As at a login, only the owner of the key learns that the device is blacklisted.
    guard !isBlacklisted else { throw Refusal.blacklisted }
    return (caller, proof.body)
  }

  /// The refusal of a proof. It does not show which part is wrong, and brings the nonce for the next request, so that a
  /// device needs one round trip more than without it.
  private func badProof(of proof: RequestProof? = nil, at now: Instant) -> Refusal {
    if let proof { challenges.discard(proof.nonce) }
    return Refusal(
      status: .unauthorized,
      Problem(
        message: "the proof of the request is not valid", hint: "prove the request again with the new nonce",
        nonce: Data(challenges.new(at: now).nonce)),
      fields: [.wwwAuthenticate: RequestProof.Owner.device.scheme])
  }
}
