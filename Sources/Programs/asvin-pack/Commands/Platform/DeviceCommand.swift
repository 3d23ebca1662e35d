import FoundationEssentials
import AsvinHost
import ArgumentParser
import AsvinPlatformAPI
import AsvinPrograms
import AsvinPlatformClient
import AsvinRelease

struct DeviceCommand: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "device", abstract: "Find, register, group, tag and remove devices.",
    subcommands: [
      DeviceListCommand.self, DeviceShowCommand.self, DeviceLabelCommand.self, DeviceTagCommand.self,
      DeviceBulkCommand.self, DeviceRegisterCommand.self, DeviceGroupCommand.self, DeviceMoving<Ungrouping>.self,
      DeviceMoving<Blacklisting>.self,
      DeviceRemoveCommand.self, DeviceRekeyCommand.self, DeviceExpectCommand.self, DeviceExpectedCommand.self,
      DeviceUnexpectCommand.self,
    ])
}

struct DeviceGroupCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "group", abstract: "Move devices to a group. They receive the rollouts of the group.")

  @Argument(help: "The devices, by id or name.") var devices: [String] = []
  @Flag(help: "Move all devices in the lobby.") var lobby = false
  @Option(help: ArgumentHelp("The device group.", valueName: "name")) var into: String
  @Flag(help: "Create the group if it does not exist.") var create = false
  @OptionGroup var platform: PlatformOptions
  @OptionGroup var shown: OutputOptions

  func outcomes(in environment: Environment, _ report: (DeviceTable) throws -> Void) throws {
    guard lobby != !devices.isEmpty else {
      throw Failure(
        .usage, "no devices are given", hint: "name the devices, or give --lobby for all devices in the lobby")
    }
    if create, let warning = PlatformConnection.warning(naming: into, "group") { environment.warn(warning) }
    let (names, lobby, into, create) = (devices, lobby, into, create)
    let table = try platform.tasks(in: environment).run { platform in
      let groups = try await platform.all("/manage/device-groups", as: DeviceGroupList.self)
      let newName = into.hasPrefix("name:") ? String(into.dropFirst(5)) : into
      let group: Int64
      if create, !into.hasPrefix("id:"), !groups.contains(where: { $0.name == newName }) {
        let made = try await platform.require(
          .post, "/manage/device-groups", DeviceGroupRequest(name: newName), as: DeviceGroupReply.self)
        group = made.id
      } else {
        group = try await platform.deviceGroups(named: [into])[0]
      }
      let chosen =
        lobby
        ? try await platform.all("/manage/devices", [QueryItem("placement", "lobby")], as: DeviceList.self)
        : try await platform.devices(names)
      return DeviceTable(
        devices: try await platform.place(chosen, PlacementRequest(placement: .grouped, group: group)))
    }
    try report(table)
  }
}

/// A move of devices out of their group.
protocol DeviceMove {
  static var name: String { get }
  static var abstract: String { get }
  static var placement: DevicePlacement { get }
}

enum Ungrouping: DeviceMove {
  static let name = "ungroup"
  static let abstract = "Remove devices from their group."
  static let placement = DevicePlacement.ungrouped
}

enum Blacklisting: DeviceMove {
  static let name = "blacklist"
  static let abstract = "Stop all updates for devices."
  static let placement = DevicePlacement.blacklisted
}

/// A command that moves devices.
struct DeviceMoving<Move: DeviceMove>: ReportingCommand {
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
          devices: try await platform.place(chosen, PlacementRequest(placement: placement)))
      })
  }
}

struct DeviceRemoveCommand: ReportingCommand {
  static let configuration = CommandConfiguration(
    commandName: "remove",
    abstract: "Remove devices from the platform.",
    discussion: """
      Revokes the key of each device and frees its name, so that a device that was wiped can enrol with a new key. It then \
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
        return DeviceTable(devices: chosen)
      })
  }
}

extension PlatformConnection {
  fileprivate func place(_ devices: [DeviceReply], _ placement: PlacementRequest) async throws -> [DeviceReply] {
    var moved: [DeviceReply] = []
    for device in devices {
      moved.append(
        try await require(.put, "/manage/devices/\(device.id)/placement", placement, as: DeviceReply.self))
    }
    return moved
  }
}
