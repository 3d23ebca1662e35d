import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird

extension Management {
  static let firmware: [Route] = [
    Route(
      .get, "/manage/firmware", .person(.read), "All firmware", query: Property.page,
      gives: .json(FirmwareList.self, "The firmware")
    ) { call in
      let (after, limit) = try call.page()
      let items = try await call.read { rows in
        try rows.firmware(of: nil, after: ID(after), limit: limit).map { try FirmwareReply($0, in: rows) }
      }
      return try Reply.json(FirmwareList(items: items, next: items.count == limit ? items.last?.id : nil))
    },
    Route(
      .get, "/manage/firmware/{firmware}", .person(.read), "Firmware", gives: .json(FirmwareReply.self, "The firmware")
    ) { call in
      let id: ID<Firmware> = try call.id("firmware", of: .firmware)
      let reply = try await call.read { rows in
        guard let firmware = try rows.firmware(id) else { throw PlatformError.notFound(.firmware) }
        return try FirmwareReply(firmware, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .get, "/manage/firmware/{firmware}/bundle", .person(.read), "The bundle, as it was uploaded",
      gives: .bytes(200, "application/octet-stream", "All of it"),
      .bytes(206, "application/octet-stream", "The bytes asked for"), .nothing(304, "What is known is this"),
      .problem(416, "There are no such bytes"), .problem(503, "It was changed on disk, and is not given out")
    ) { call in
      let id: ID<Firmware> = try call.id("firmware", of: .firmware)
      guard let release = try await call.read({ rows in try rows.firmware(id)?.release }) else {
        throw PlatformError.notFound(.firmware)
      }
      do {
        guard let bundle = try await call.platform.objects.object(release.bundle) else {
          throw PlatformError.notFound(.firmware)
        }
        return try Download(bundle, tag: release.bundle, call.request).response()
      } catch is ObjectDamaged {
        throw Refusal(status: .serviceUnavailable, message: "the bundle was changed on disk, and is not given out")
      }
    },
    Route(
      .get, "/manage/receipt-key", .person(.read), "The key that receipts are verified with, PEM",
      gives: .bytes(200, "application/x-pem-file", "The key")
    ) { call in Reply.bytes(Array(call.platform.tokens.publicKey.utf8), "application/x-pem-file") },
  ]
}
