import AsvinPackCommands

Program.run()
