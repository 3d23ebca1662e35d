import AsvinPlatformCommands

PlatformProgram.run()
