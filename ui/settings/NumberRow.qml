import QtQuick
import Soliloquy

// A setting that is a number, with what is wrong in the place of its note while it is none, or out of bounds.
SettingRow {
    id: row
    property string value       // as it stands in the field
    property string explanation
    property real least: 0
    property real most: 1
    property bool whole: false
    readonly property string plain: value.trim().replace(",", ".")
    readonly property bool valid: (whole ? /^[0-9]+$/ : /^([0-9]+\.?[0-9]*|\.[0-9]+)$/).test(plain) && Number(plain) >= least && Number(plain) <= most
    signal edited(string value)

    function shown(number) { return number.toLocaleString(Qt.locale("en"), "f", whole || Number.isInteger(number) ? 0 : 2) }
    wrong: !valid
    note: valid ? explanation : whole ? qsTr("A whole number from %1 to %2").arg(shown(least)).arg(shown(most)) : qsTr("A number from %1 to %2").arg(shown(least)).arg(shown(most))
    TextBox {
        name: row.text
        width: 96
        wrong: row.wrong
        text: row.value
        onTextEdited: row.edited(text)
        Accessible.description: row.note
    }
}
