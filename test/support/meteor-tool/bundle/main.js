// Starts the server program, whose working directory is programs/server.
const path = require('path');
process.argv.splice(2, 0, 'program.json');
process.chdir(path.join(__dirname, 'programs', 'server'));
module.exports = require('./programs/server/boot.js');
