import AsvinPlatform
import AsvinPlatformAPI
import HTTPTypes
import Hummingbird

extension Management {
  static let firmware: [Route] = [
    Route(
      .get, "/manage/firmware", .person(.read), "List all firmware",
      query: Property.list(FirmwareSort.self, Property.firmwareFilters),
      answers: .json(FirmwareList.self, "The firmware")
    ) { call in
      let query = try call.query
      let listing = try query.listing(FirmwareFilter(query))
      return try Reply.json(try await call.read { rows in try FirmwareList(rows.firmware(listing), in: rows) })
    },
    Route(
      .get, "/manage/firmware/{firmware}", .person(.read), "Show firmware",
      answers: .json(FirmwareReply.self, "The firmware")
    ) { call in
      let id: ID<Firmware> = try call.id("firmware", of: .firmware)
      let reply = try await call.read { rows in
        guard let firmware = try rows.firmware(id) else { throw PlatformError.notFound(.firmware) }
        return try FirmwareReply(firmware, in: rows)
      }
      return try Reply.json(reply)
    },
    Route(
      .get, "/manage/firmware/{firmware}/bundle", .person(.read), "Download the bundle as it was uploaded",
      answers: .bytes(200, "application/octet-stream", "The complete bundle"),
      .bytes(206, "application/octet-stream", "The requested bytes"),
      .nothing(304, "The client has the bundle already"),
      .problem(416, "The range is outside the bundle"),
      .problem(503, "The bundle was changed on disk and is not served")
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
        throw Refusal(status: .serviceUnavailable, message: "the bundle was changed on disk and is not served")
      }
    },
    Route(
      .get, "/manage/receipt-key", .person(.read), "Download the key with which receipts are verified, in PEM",
      answers: .bytes(200, "application/x-pem-file", "The key")
    ) { call in Reply.bytes(Array(call.platform.tokens.publicKey.utf8), "application/x-pem-file") },
  ]
}
