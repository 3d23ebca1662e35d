import AsvinCrypto
import AsvinManifest
import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension Management {
  static let releases: [Route] = [
    Route(
      .get, "/manage/firmware/{firmware}/release", .person(.read),
      "Show what the manifest of published firmware states, and who has signed it",
      answers: .json(ReleaseReply.self, "The release"),
      .problem(404, "The firmware does not exist, or is an image without a bundle")
    ) { call in
      let id: ID<Firmware> = try call.id("firmware", of: .firmware)
      let reply = try await call.read { rows in
        guard let firmware = try rows.firmware(id), let release = firmware.release else {
          throw PlatformError.notFound(.firmware)
        }
        let trust = try rows.fileGroup(firmware.fileGroup)?.trust.map(\.pem) ?? []
        return ReleaseReply(try release.manifest(), signers: try release.signers(among: trust))
      }
      return try Reply.json(reply)
    }
  ]
}

extension ReleaseReply {
  init(_ manifest: Manifest, signers: [String]) {
    self.init(
      name: VisibleText.cleaned(manifest.name.text), version: VisibleText.cleaned(manifest.version.text),
      sequence: manifest.sequence, vendor: manifest.vendor.uuid, deviceClass: manifest.deviceClass.uuid,
      components: manifest.components.map { ComponentReply($0) },
      attachments: manifest.attachments.map {
        AttachmentReply(
          name: VisibleText.cleaned($0.name.text), mediaType: VisibleText.cleaned($0.mediaType), size: $0.size)
      }, signers: signers.map { TrustEnd.digest(of: $0) })
    // A time beyond what every JSON reader keeps is not a time that anybody set.
    created = manifest.created.flatMap { $0 <= UInt64(PlatformLimit.largestID) ? Int64($0) : nil }
    lowestBase = manifest.lowestBase
  }
}

extension ComponentReply {
  fileprivate init(_ component: Component) {
    self.init(
      slot: component.slot, size: component.size, digest: component.digest.hexadecimal,
      // A payload of a kind that this version does not know is left out, as a device leaves it out.
      payloads: component.payloads.compactMap { PayloadReply($0) })
  }
}

extension PayloadReply {
  fileprivate init?(_ payload: Payload) {
    guard let kind = payload.kind else { return nil }
    let form: PayloadForm = kind == .image ? .image : payload.base == nil ? .compressed : .patch
    self.init(form: form, size: payload.size, base: payload.base?.digest.hexadecimal, memory: payload.memory)
  }
}
