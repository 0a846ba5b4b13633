import QtQuick
import Soliloquy

// One model: its name, what it is, how much of the memory it needs, and the one thing to do with it.
Item {
    id: row
    required property string path
    required property string name
    required property string about
    required property string size
    required property double share
    required property string level
    required property string sentence
    required property string action
    required property bool opened
    required property bool loading
    required property string programs
    property bool narrow: false
    property bool current: false
    property double loadProgress: 0
    signal acted(string action, string path)
    signal detailsWanted(string path)
    signal cancelled()

    readonly property int inset: 12  // so that the ring of the keyboard stands clear of the words
    readonly property bool calm: action === "open"
    readonly property color mark: action === "details" ? Theme.faint : calm && level === "fits" ? Theme.ok : Theme.amber
    function activate() { opened || loading ? detailsWanted(path) : acted(action, path) }

    height: narrow ? Math.max(84, small.y + small.height + 14) : Math.round(64 * Math.max(1, Theme.scale))
    Accessible.role: Accessible.ListItem
    Accessible.name: [name, about, size, opened ? qsTr("open") : "", sentence].filter(words => words !== "").join(", ")
    Accessible.focusable: true
    Accessible.onPressAction: row.activate()

    Rectangle {
        anchors.fill: parent
        anchors.bottomMargin: 1
        radius: Theme.radius
        color: over.hovered ? Theme.hover : "transparent"
    }
    Rectangle { anchors.bottom: parent.bottom; x: row.inset; width: parent.width - 2 * row.inset; height: 1; color: Theme.line }
    FocusRing { anchors.margins: 1; radius: Theme.radius; shown: row.current }
    HoverHandler { id: over }
    TapHandler { onTapped: row.detailsWanted(row.path) }
    Item {
        id: body
        x: row.inset
        width: parent.width - 2 * row.inset
        height: parent.height
        Words {
            id: title
            y: row.narrow ? 12 : Math.round(parent.height / 2) - height - 1
            width: (row.narrow ? parent.width - button.width - 16 : amount.x - 16)
            text: row.name
            font.pixelSize: Theme.size14
            font.weight: Font.DemiBold
            elide: Text.ElideRight
        }
        Words {
            id: small
            y: row.narrow ? title.y + title.height + 3 : Math.round(parent.height / 2) + 3
            width: title.width
            text: row.narrow ? row.about + "\n" + row.size + ": " + (row.loading ? qsTr("opening") : row.sentence) : row.about
            font.pixelSize: Theme.size12
            color: Theme.muted
            elide: row.narrow ? Text.ElideNone : Text.ElideRight
            wrapMode: row.narrow ? Text.Wrap : Text.NoWrap
            lineHeight: row.narrow ? 1.25 : 1.0
        }
        Words {
            id: amount
            visible: !row.narrow
            x: Math.round(parent.width * 0.5) - 88
            width: 80
            height: parent.height
            horizontalAlignment: Text.AlignRight
            text: row.size
            color: Theme.muted
        }
        ProgressLine {
            id: bar
            visible: !row.narrow
            x: amount.x + amount.width + 16
            anchors.verticalCenter: parent.verticalCenter
            width: 96
            value: row.loading ? row.loadProgress : row.level === "" ? 0 : row.share
            fill: row.loading ? Theme.accent : row.mark
            Accessible.ignored: true
        }
        Words {
            visible: !row.narrow
            x: bar.x + bar.width + 12
            width: button.x - x - 12
            height: parent.height
            text: row.loading ? qsTr("opening, %1 %").arg(Math.round(row.loadProgress * 100)) : row.sentence
            font.pixelSize: Theme.size12
            lineHeight: 1.2
            color: Theme.muted
            wrapMode: Text.Wrap
            maximumLineCount: 2
            elide: Text.ElideRight
        }
        TextButton {
            id: button
            anchors.right: parent.right
            y: row.narrow ? 10 : Math.round((parent.height - height) / 2)
            visible: !row.opened
            text: row.loading ? qsTr("Cancel") : row.action === "anyway" ? qsTr("Open anyway")
                : row.action === "look" ? qsTr("Look first") : row.action === "details" ? qsTr("Details") : qsTr("Open")
            name: text + ": " + row.name
            activeFocusOnTab: false
            onClicked: row.loading ? row.cancelled() : row.acted(row.action, row.path)
        }
        Rectangle {
            id: badge
            visible: row.opened
            anchors.right: parent.right
            y: button.y
            width: state_.implicitWidth + 34
            height: button.height
            radius: Theme.radius
            color: Theme.raised
            border.width: 1
            border.color: Theme.line
            Rectangle { x: 11; anchors.verticalCenter: parent.verticalCenter; width: 6; height: 6; radius: 3; color: Theme.ok }
            Words { id: state_; x: 23; height: parent.height; text: qsTr("open"); color: Theme.muted; Accessible.ignored: true }
        }
    }
}
