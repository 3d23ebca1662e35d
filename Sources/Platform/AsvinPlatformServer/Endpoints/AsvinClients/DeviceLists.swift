import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension AsvinClientsAPI {
  private struct Listed: Encodable {
    let mac: String
    let name: String
    let version: String

    init(_ device: Device) {
      mac = device.name.text
      (name, version) = (VisibleText.cleaned(device.label), VisibleText.cleaned(device.firmwareVersion))
    }

    // asvin's API has a hyphen here, and an underscore elsewhere.
    enum CodingKeys: String, CodingKey { case mac, name, version = "firmware-version" }
  }

  // The spelling of asvin's platform, which a client may compare.
  private static let absent = "Device does't exist!"

  func devices(_ request: Request, context: PlatformContext) async throws -> Response {
    let devices = try await all(context)
    return try await Workers.digests.run { try Reply.json(devices.map(Listed.init)) }
  }

  func device(_ request: Request, context: PlatformContext) async throws -> Response {
    let workspace = try await workspace(context)
    let text = try context.parameters.require("mac")
    guard let name = String(percentDecoding: text).flatMap({ DeviceName($0) }),
      let device = try await store.read(in: workspace, { rows in try rows.device(name) })
    else { return try Reply.json(["message": Self.absent]) }
    return try Reply.json(Listed(device))
  }

  func deleteDevice(_ request: Request, context: PlatformContext) async throws -> Response {
    let workspace = try await workspace(context)
    let name = try Self.name(await request.clientBody().required("mac"))
    let now = clock()
    let origin = AuditOrigin(name: "device", address: context.peer)
    let isDeleted = try await store.write(in: workspace, from: origin) { rows in
      guard let device = try rows.device(name) else { return false }
      guard device.key == nil else { throw Refusal.ownKey }
      try rows.delete(device, at: now)
      try rows.record(
        .deleteDevice, "device \(device.id.value)", [AuditDetail("name", device.name.text)], by: "device", at: now)
      return true
    }
    return try Reply.json(["message": isDeleted ? "Device deleted!" : Self.absent])
  }

  func deviceByBody(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.clientBody()
    return try await ledgerEntry(body.id(), in: workspace(context, keys: body))
  }

  func deviceByPath(_ request: Request, context: PlatformContext) async throws -> Response {
    try await ledgerEntry(context.parameters.require("id"), in: workspace(context))
  }

  /// Returns a device as asvin's ledger shows it: the firmware that was sent last, and its type.
  private func ledgerEntry(_ text: String, in workspace: ID<Workspace>) async throws -> Response {
    let found = try await store.read(in: workspace) { rows -> (device: Device, firmware: ID<Firmware>?)? in
      guard let number = Int64(text), let device = try rows.device(ID(number)) else { return nil }
      let newest = try rows.newestRollout(withRecordOf: device.id)
      return (device, newest?.plan.firmware)
    }
    guard let (device, firmware) = found else { throw Refusal.notFound(Self.absent) }
    return try Reply.json(["mac": device.name.text, "fwId": firmware.map { "\($0.value)" } ?? "", "dType": "ESP"])
  }

  func report(_ request: Request, context: PlatformContext) async throws -> Response {
    let type = try context.parameters.require("type")
    let devices = try await all(context)
    return try await Workers.digests.run {
      switch type {
      case "json": return try Reply.json(devices.map(Listed.init))
      case "xml": return Reply.bytes(Array(DeviceReports.xml(devices).utf8), "application/xml")
      case "csv": return Reply.bytes(Array(DeviceReports.csv(devices).utf8), "text/csv; charset=utf-8")
      case "pdf": throw Refusal.notFound("a report is available as json, xml or csv, and not as pdf")
      default: throw Refusal.notFound("a report is available as json, xml or csv")
      }
    }
  }

  private func all(_ context: PlatformContext) async throws -> [Device] {
    let workspace = try await workspace(context)
    let allowance = limiter.take("\(context.peer) all devices", at: clock(), limit: PlatformLimit.deviceListsPerMinute)
    guard allowance.isWithin else { throw Refusal(tooMany: allowance) }
    return try await store.read(in: workspace) { rows in try rows.devices(Listing()).items }
  }
}
