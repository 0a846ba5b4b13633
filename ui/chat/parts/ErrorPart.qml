import QtQuick
import Soliloquy

// What went wrong, what to do, and the whole message on demand.
PartFrame {
    id: part
    required property var message
    required property string text
    required gap
    property bool open: false
    readonly property int cut: {
        const stop = text.search(/[.:](\s|$)|\n/)
        return stop < 0 || stop > 110 ? -1 : stop + 1
    }

    Rectangle {
        width: part.measure
        height: column.implicitHeight + 26
        radius: Theme.radius
        color: Theme.dangerTint
        Accessible.role: Accessible.AlertMessage
        Accessible.name: part.text
        Column {
            id: column
            x: 16
            y: 13
            width: parent.width - 32
            spacing: 4
            Words {
                width: parent.width
                text: part.cut < 0 ? qsTr("The answer could not be written.") : part.text.substring(0, part.cut).replace(/[\s:]+$/, "")
                font.weight: Font.DemiBold
                color: Theme.danger
                wrapMode: Text.Wrap
            }
            Words {
                width: parent.width
                visible: text !== ""
                text: (part.cut < 0 ? part.text : part.text.substring(part.cut)).trim().split("\n")[0]
                color: Theme.muted
                wrapMode: Text.Wrap
                lineHeight: 1.25
            }
            Item { width: 1; height: 2 }
            Row {
                spacing: 8
                TextButton {
                    text: qsTr("Retry")
                    enabled: !part.list.chat.busy
                    onClicked: part.list.chat.retry(part.message)
                }
                TextButton {
                    text: part.open ? qsTr("Hide details") : qsTr("Details")
                    bare: true
                    onClicked: part.open = !part.open
                }
            }
            TextEdit {
                width: parent.width
                visible: part.open
                textFormat: TextEdit.PlainText
                text: part.text + "\n" + part.list.chat.modelNote
                readOnly: true
                selectByMouse: true
                wrapMode: TextEdit.Wrap
                font.family: Theme.monoFamily
                font.pixelSize: Theme.size12
                color: Theme.muted
                topPadding: 6
                Accessible.name: qsTr("Details")
            }
        }
    }
}
