import ArgumentParser
import AsvinHost
import AsvinPrograms

struct PackProgram: SubcommandGroup {
  static let configuration = CommandConfiguration(
    commandName: "asvin-pack",
    abstract: "Pack, sign, verify and publish firmware.",
    discussion: """
      Start with: asvin-pack keygen -o keys/release.pem; asvin-pack init --template esp8266; asvin-pack sign firmware.bin
      Exit codes: 0 success, 1 failed, 64 usage, 65 rejected, 66 input missing, 69 server unreachable, 73 cannot write \
      output, 77 not allowed.
      """,
    version: ProductVersion.text,
    subcommands: [
      InitCommand.self, KeygenCommand.self, PubCommand.self, SignCommand.self, VerifyCommand.self, InspectCommand.self,
      ExtractCommand.self, ExportCommand.self, DeviceHeaderCommand.self, DeltaCommand.self, ApplyCommand.self,
      LintCommand.self, PublishCommand.self, LoginCommand.self, LogoutCommand.self, RolloutCommand.self,
      DeviceCommand.self, TokenCommand.self, GroupCommand.self, FileGroupCommand.self, FirmwareCommand.self,
      AuditCommand.self, ReceiptCommand.self, EventCommand.self,
      EnrolmentTokenCommand.self,
      ObjectsCommand.self, RetentionCommand.self, SettingsCommand.self, AccountCommand.self,
    ])
}
