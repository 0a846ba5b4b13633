/// app/viewmodels/thought_model.h: a thought as lines that are laid out on their own. Only the last line ever changes, and no line is
/// longer than kMaxLineLetters, so that a thought of a hundred thousand tokens costs a flush no more than one of ten.
#pragma once

#include <QAbstractListModel>
#include <QString>
#include <deque>

namespace soliloquy {

class ThoughtModel : public QAbstractListModel {
    Q_OBJECT
    Q_PROPERTY(int count READ count NOTIFY countChanged)
    Q_PROPERTY(bool live READ live NOTIFY liveChanged)

  public:
    enum Role { TextRole = Qt::UserRole + 1, HtmlRole, GapRole, TimeRole, LastRole };
    static constexpr int kMaxLineLetters = 1200;

    using QAbstractListModel::QAbstractListModel;

    /// `time_ms` is the age of the thought; the line that begins with this text carries it.
    void append(const QString& text, qint64 time_ms);
    void set_live(bool live);
    void set_line_height(int pixels);

    [[nodiscard]] int count() const { return static_cast<int>(lines_.size()); }
    [[nodiscard]] bool live() const { return live_; }
    [[nodiscard]] int rowCount(const QModelIndex& parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex& index, int role) const override;
    [[nodiscard]] QHash<int, QByteArray> roleNames() const override;

  Q_SIGNALS:
    void countChanged();
    void liveChanged();

  private:
    struct Line {
        QString text;
        qint64 time_ms = 0;
        bool gap = false;  ///< a blank line stood before it
    };
    void add_to_line(QStringView text, qint64 time_ms);

    std::deque<Line> lines_;
    bool line_open_ = false;
    int blank_lines_ = 0;
    bool live_ = false;
    int line_height_ = 22;
};

}  // namespace soliloquy
