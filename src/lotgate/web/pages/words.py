"""Every word of the pages, in English and Chinese, from one record; the domain's tables bring their own."""

from __future__ import annotations

from lotgate.law import Text
from lotgate.report.words import word as report_word

__all__ = ["WORDS", "word"]

# fmt: off
_PAIRS: dict[str, tuple[str, str]] = {
    # frame
    "skip": ("Skip to the page", "跳至正文"),
    "menu": ("Menu", "菜单"),
    "account": ("Account", "账户"),
    "sign_in": ("Sign in", "登录"),
    "sign_out": ("Sign out", "退出"),
    "sign_out_sure": ("Sign out of Lotgate on this device?", "确定在本设备上退出？"),
    "password": ("Password", "密码"),
    "username": ("User name", "用户名"),
    "second_factor": ("Second factor", "两步验证"),
    "no_sign_up": ("Accounts are opened by your administrator.", "账户由管理员开立。"),
    "tagline": ("One lot, one licence, used once.", "一批一证，一次使用。"),
    "care": ("Lotgate informs; a person decides. Law data known up to {day}.",
             "Lotgate 提供信息，由人作出决定。法律数据截至 {day}。"),
    "demonstration": ("Demonstration: every organisation here is made up.", "演示环境：此处所有机构均为虚构。"),
    "acting_as": ("{organisation} · {role}", "{organisation} · {role}"),
    "you_are": ("Signed in as {name}", "当前用户：{name}"),
    # errors
    "error.400": ("That request could not be read", "无法读取该请求"),
    "error.400.text": ("Go back, reload the page and try again.", "请返回并刷新页面后重试。"),
    "error.403": ("That is not for your role", "该操作不属于您的职责"),
    "error.403.text": ("What each role may do is fixed; ask your administrator if yours is wrong.",
                       "各角色的权限是固定的；如角色有误，请联系管理员。"),
    "error.403.csrf": ("The form was open too long, or came from another page. Reload it and send it again.",
                       "表单停留过久或来自其他页面，请刷新后重新提交。"),
    "error.404": ("There is no such page here", "没有这个页面"),
    "error.404.text": ("The record does not exist, or it belongs to somebody else.", "记录不存在，或属于他人。"),
    "error.413": ("The file is too large", "文件过大"),
    "error.429": ("Too many attempts", "尝试次数过多"),
    "error.429.text": ("Wait a few minutes, then try again.", "请稍候几分钟再试。"),
    "error.500": ("Something failed here", "系统出错"),
    "error.500.text": ("Nothing was changed. The operator finds the reason in the server's log.",
                       "未作任何更改。管理员可在服务器日志中查明原因。"),
    "back_home": ("To the first page", "返回首页"),
    # home
    "home": ("Today", "今日"),
    "home.nothing": ("You hold no role yet. Your administrator gives you one.", "您尚无角色，请联系管理员。"),
}
# fmt: on

WORDS: dict[str, Text] = {key: Text(*pair) for key, pair in _PAIRS.items()}
"""Key -> the words, with `{name}` where a value goes."""


def word(key: str, **values: object) -> Text:
    """The words for a key in both languages, values filled in; keys of the reports' own record work too.

    KeyError for a key in neither record.
    """
    held = WORDS.get(key)
    if held is None:
        return report_word(key, **values)

    def fill(language: str) -> str:
        chosen = {name: value[language] if isinstance(value, Text) else value for name, value in values.items()}
        return held[language].format(**chosen) if chosen else held[language]

    return Text(fill("en"), fill("zh"))
