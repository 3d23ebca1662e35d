import AsvinPlatform
import AsvinPlatformAPI
import JWTKit

/// The claims of the receipt that the platform signs for a publication.
struct ReceiptClaims: JWTPayload {
  let typ: String
  let iat: Int64
  let sub: String
  let workspace: Int64
  let fileGroup: String
  let firmware: Int64
  let name: String
  let version: String
  let release: String
  let bundle: String

  init(_ reply: FirmwareReply, workspace: Int64, group: String, by actor: String, at now: Instant) {
    typ = "asvin-receipt"
    (iat, sub, self.workspace, fileGroup) = (now.seconds, actor, workspace, group)
    (firmware, name, version) = (reply.id, reply.name, reply.version)
    (release, bundle) = (reply.release ?? "", reply.bundle ?? "")
  }

  // A receipt states a past event and does not expire.
  func verify(using algorithm: some JWTAlgorithm) {}
}
