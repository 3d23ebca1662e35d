import AsvinHost
import ArgumentParser
import AsvinPlatformAPI
import AsvinPrograms
import AsvinPlatformClient
import AsvinRelease

struct DeviceVerb: VerbGroup {
  static let configuration = CommandConfiguration(
    commandName: "device", abstract: "List devices, and put them into groups.",
    subcommands: [
      DeviceListing.self, DeviceGrouping.self, DeviceMoving<Ungrouping>.self, DeviceMoving<Blacklisting>.self,
      DeviceRemoving.self,
    ])
}

struct DeviceListing: Verb {
  static let configuration = CommandConfiguration(commandName: "list", abstract: "List the devices.")

  @Flag(help: "Only those that have just registered.") var lobby = false
  @Flag(help: "Only those that a rollout waits for.") var behind = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceTable) throws -> Void) throws {
    var table = try platform.tasks(in: environment).run { platform in
      DeviceTable(
        devices: try await platform.all("/manage/devices", as: DeviceList.self),
        groups: try await platform.require(.get, "/manage/device-groups", as: DeviceGroupList.self).items)
    }
    table.devices = table.devices.filter {
      (!lobby || $0.placement == .lobby) && (!behind || $0.behindSince != nil)
    }
    try report(table)
  }
}

struct DeviceGrouping: Verb {
  static let configuration = CommandConfiguration(
    commandName: "group", abstract: "Put devices into a group; they get what the group gets.")

  @Argument(help: "The devices, by id or name.") var devices: [String] = []
  @Flag(help: "All devices in the lobby.") var lobby = false
  @Option(help: ArgumentHelp("The device group.", valueName: "name")) var into: String
  @Flag(help: "Make the group where there is none.") var create = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceTable) throws -> Void) throws {
    guard lobby != !devices.isEmpty else {
      throw Failure(.usage, "no devices are given", hint: "name them, or give --lobby for all that wait there")
    }
    if create, let warning = PlatformConnection.warning(naming: into, "group") { environment.warn(warning) }
    let (names, lobby, into, create) = (devices, lobby, into, create)
    let table = try platform.tasks(in: environment).run { platform in
      var groups = try await platform.require(.get, "/manage/device-groups", as: DeviceGroupList.self).items
      let newName = into.hasPrefix("name:") ? String(into.dropFirst(5)) : into
      let group: Int64
      if create, !into.hasPrefix("id:"), !groups.contains(where: { $0.name == newName }) {
        let made = try await platform.require(
          .post, "/manage/device-groups", DeviceGroupRequest(name: newName), as: DeviceGroupReply.self)
        groups.append(made)
        group = made.id
      } else {
        group = try await platform.deviceGroups(named: [into])[0]
      }
      let chosen =
        lobby
        ? try await platform.all("/manage/devices", as: DeviceList.self).filter { $0.placement == .lobby }
        : try await platform.devices(names)
      return DeviceTable(
        devices: try await platform.place(chosen, PlacementRequest(placement: .grouped, group: group)), groups: groups)
    }
    try report(table)
  }
}

/// Where devices go that leave their group.
protocol DeviceMove {
  static var name: String { get }
  static var abstract: String { get }
  static var placement: DevicePlacement { get }
}

enum Ungrouping: DeviceMove {
  static let name = "ungroup"
  static let abstract = "Take devices out of their group."
  static let placement = DevicePlacement.ungrouped
}

enum Blacklisting: DeviceMove {
  static let name = "blacklist"
  static let abstract = "Give devices nothing any more."
  static let placement = DevicePlacement.blacklisted
}

/// The verb that moves them.
struct DeviceMoving<Move: DeviceMove>: Verb {
  static var configuration: CommandConfiguration {
    CommandConfiguration(commandName: Move.name, abstract: Move.abstract)
  }

  @Argument(help: "The devices, by id or name.") var devices: [String]
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceTable) throws -> Void) throws {
    let (names, placement) = (devices, Move.placement)
    try report(
      try platform.tasks(in: environment).run { platform in
        let chosen = try await platform.devices(names)
        return DeviceTable(
          devices: try await platform.place(chosen, PlacementRequest(placement: placement)), groups: [])
      })
  }
}

/// The verb that lets a device enrol again with another key.
struct DeviceRemoving: Verb {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove devices from the platform.",
    discussion: """
      The device's key is no longer valid, and its name is free: a device that was wiped can enrol with a new key. It then \
      waits in the lobby.
      """)

  @Argument(help: "The devices, by id or name.") var devices: [String]
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceTable) throws -> Void) throws {
    let names = devices
    try report(
      try platform.tasks(in: environment).run { platform in
        let chosen = try await platform.devices(names)
        for device in chosen {
          _ = try await platform.ask(.delete, "/manage/devices/\(device.id)", as: DeviceReply.self)
        }
        return DeviceTable(devices: chosen, groups: [])
      })
  }
}

extension PlatformConnection {
  /// Moves devices.
  fileprivate func place(_ devices: [DeviceReply], _ placement: PlacementRequest) async throws -> [DeviceReply] {
    var moved: [DeviceReply] = []
    for device in devices {
      moved.append(
        try await require(.put, "/manage/devices/\(device.id)/placement", placement, as: DeviceReply.self))
    }
    return moved
  }
}
