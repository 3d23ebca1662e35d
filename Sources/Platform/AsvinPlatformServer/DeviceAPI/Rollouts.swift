import AsvinPlatform
import AsvinPlatformAPI
import Hummingbird

extension DeviceAPI {
  /// What a device says of itself when it registers, and when it asks.
  private struct DeviceBody: Decodable, BodyKeys {
    let mac: String
    let firmwareVersion: String
    let name: String?
    let customerKey: String?
    let deviceKey: String?
  }

  func register(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.decoded(DeviceBody.self)
    let workspace = try await workspace(request, keys: body)
    let name = try Self.name(body.mac)
    let version = try Self.version(body.firmwareVersion)
    let label = try body.name.map(Self.label)
    let now = clock()
    let known = try await store.read(in: workspace) { rows in try rows.device(name) }
    guard known?.key == nil else { throw Refusal.ownKey }
    let isNew: Bool
    if let known, known.firmwareVersion == version, known.wasSeenLately(at: now) {
      // An ESP32 registers before each of its polls: what is known is not written again.
      isNew = false
    } else {
      do {
        isNew = try await store.write(in: workspace) { rows in
          try rows.register(name, label: label, firmwareVersion: version, at: now).isNew
        }
      } catch is ServiceFault where known?.firmwareVersion == version {
        // Only the time of the contact is lost.
        isNew = false
      }
    }
    return try Reply.json(["message": isNew ? "Device inserted!" : "Device exists!", "firmware_version": version])
  }

  func nextRollout(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.decoded(DeviceBody.self)
    let workspace = try await workspace(request, keys: body)
    let name = try Self.name(body.mac)
    let version = try Self.version(body.firmwareVersion)
    let now = clock()
    let (device, next) = try await store.read(in: workspace) { rows in
      let device = try rows.device(name)
      return (device, try device.flatMap { try rows.nextOffer(for: $0, at: now) })
    }
    // A device that did not register has no group. It is no error: an error stops an ESP8266 for good.
    guard let device, device.key == nil else { return try Reply.json([String: String]()) }
    var offer = next?.offer
    if next?.isNew ?? false || device.firmwareVersion != version || !device.wasSeenLately(at: now) {
      do {
        offer = try await store.write(in: workspace) { rows in
          guard var device = try rows.device(name) else { return nil }
          if device.firmwareVersion != version || !device.wasSeenLately(at: now) {
            try rows.hear(&device, firmwareVersion: version, at: now)
          }
          return try rows.offer(to: device, at: now)
        }
      } catch is ServiceFault where next?.isNew != true && device.firmwareVersion == version {
        // Only the time of the contact is lost: on a full disk too, a poll that changes nothing is answered.
      }
    }
    guard let offer else { return try Reply.json([String: String]()) }
    let (id, title) = ("\(offer.rollout.id.value)", VisibleText.cleaned(offer.rollout.plan.name))
    return try Reply.json([
      "rollout_id": id, "rollout_name": title, "id": id, "name": title,
      "priority": offer.rollout.plan.priority == .immediately ? "1" : "0",
      "start_date": (offer.rollout.started ?? now).text, "version": offer.firmware.version,
      "firmware_id": "\(offer.firmware.id.value)",
    ])
  }

  private struct SuccessBody: Decodable, BodyKeys {
    let mac: String
    // A library of 2021-05 leaves it out: it means what the device was offered last.
    let rolloutId: NumberOrText?
    let customerKey: String?
    let deviceKey: String?
  }

  func success(_ request: Request, context: PlatformContext) async throws -> Response {
    let body = try await request.decoded(SuccessBody.self)
    let workspace = try await workspace(request, keys: body)
    let name = try Self.name(body.mac)
    let named = body.rolloutId.map { Int64($0.text) }
    if let named, named == nil { throw Refusal.notFound("there is no such rollout") }
    let now = clock()
    let isFirst: Bool
    do {
      // The version that it says is the one before: it has not started anew yet.
      isFirst = try await store.write(in: workspace) { rows in
        guard var device = try rows.device(name), device.key == nil else { throw PlatformError.notFound(.device) }
        let last = try rows.unconfirmedRollouts(of: device.id).last
        guard let rollout = named.flatMap({ $0.map { ID($0) } }) ?? last else { throw PlatformError.notFound(.rollout) }
        return try rows.take(.writes, from: &device, about: rollout, at: now)
      }
    } catch let error as PlatformError {
      guard case .notFound = error else { throw Refusal(error) }
      throw Refusal.notFound("the device was not offered that rollout")
    }
    return try Reply.json(["message": isFirst ? "Successfully inserted!" : "Existing Record"])
  }

  static func name(_ text: String) throws -> DeviceName {
    guard let name = DeviceName(text) else { throw Refusal.malformed("mac has 1 to 128 printable characters") }
    return name
  }

  private static func version(_ text: String) throws -> String {
    guard text.utf8.count <= 128 else { throw Refusal.malformed("firmware_version has at most 128 bytes") }
    return VisibleText.cleaned(text)
  }

  private static func label(_ text: String) throws -> String {
    guard text.utf8.count <= 256 else { throw Refusal.malformed("name has at most 256 bytes") }
    return VisibleText.cleaned(text)
  }
}

extension Instant {
  /// `yyyy-MM-dd HH:mm:ss`, UTC.
  var text: String {
    // Howard Hinnant's civil_from_days: days since 1970 to a date of the Gregorian calendar.
    let days = seconds.quotientAndFloor(86_400)
    let shifted = days.quotient + 719_468
    let era = shifted.quotientAndFloor(146_097)
    let yearOfEra = (era.rest - era.rest / 1460 + era.rest / 36_524 - era.rest / 146_096) / 365
    let dayOfYear = era.rest - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
    let month = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * month + 2) / 5 + 1
    let calendarMonth = month < 10 ? month + 3 : month - 9
    let year = yearOfEra + era.quotient * 400 + (calendarMonth <= 2 ? 1 : 0)
    let (hour, minute, second) = (days.rest / 3600, days.rest / 60 % 60, days.rest % 60)
    return
      "\(year)-\(calendarMonth.twoDigits)-\(day.twoDigits) \(hour.twoDigits):\(minute.twoDigits):\(second.twoDigits)"
  }
}

extension Int64 {
  fileprivate func quotientAndFloor(_ divisor: Int64) -> (quotient: Int64, rest: Int64) {
    let rest = (self % divisor + divisor) % divisor
    return ((self - rest) / divisor, rest)
  }

  fileprivate var twoDigits: String { self < 10 ? "0\(self)" : "\(self)" }
}
